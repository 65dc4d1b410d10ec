import { memo } from "react";
import { LEVEL_NAMES, type AlertEntry } from "../alerts";
import { silenceLeft } from "../care";
import type { Moment } from "../freshness";
import { ROWS } from "../measures";
import type { Device } from "../messages";
import { hasMeasures, type PatientState } from "../ward";
import { Icon } from "./Icon";
import { News2Line } from "./News2Line";
import { MeasureLine } from "./MeasureLine";

// The moment's parts are separate props, so that a tile is drawn again only when its patient or the second changes.
interface Props extends Moment {
  one: PatientState;
  alert: AlertEntry | null;
}

export const PatientTile = memo(function PatientTile({ one, alert, ...moment }: Props) {
  const { patient } = one;
  const serverNow = moment.now + (moment.clockOffset ?? 0);
  return (
    <article className={`tile${alert ? ` tile-${alert.alert.level}` : ""}`} data-testid={`tile-${patient.identifiant}`} aria-label={patient.name}>
      <header className="tile-head">
        <div className="tile-name">
          <h3>{patient.name}</h3>
          {alert && (
            <span className={`badge level-${alert.alert.level}`}>
              <Icon name={alert.alert.level} /> {LEVEL_NAMES[alert.alert.level]}
              {alert.alert.technical && <><Icon name="device" /><span className="sr-only"> technique</span></>}
              {silenceLeft(alert.care.silentUntil, serverNow) !== null && <><Icon name="silent" /><span className="sr-only"> en silence</span></>}
            </span>
          )}
        </div>
        <div className="tile-facts">
          <span>{patient.identifiant}</span>
          {one.link.status === "down"
            ? <span className="lost"><Icon name="unplugged" /> connexion perdue</span>
            : Object.values(one.devices).map((device) => <DeviceFacts key={device.id} device={device} />)}
        </div>
      </header>
      <div className="measures">
        {hasMeasures(one)
          ? ROWS.map((row) => <MeasureLine key={row.key} row={row} one={one} moment={moment} />)
          : <p className="muted no-measure">Aucune mesure reçue.</p>}
      </div>
      <News2Line identifiant={patient.identifiant} news2={one.news2.news2} isLinkUp={one.link.status === "up"} serverNow={serverNow} />
    </article>
  );
});

const STATUS_NAMES: Record<string, string> = {
  actif: "actif", inactif: "hors ligne", maintenance: "en maintenance", erreur: "en erreur",
};
const LOW_BATTERY = 20;

function DeviceFacts({ device }: { device: Device }) {
  const isLow = device.battery !== null && device.battery < LOW_BATTERY;
  return (
    <>
      {device.status !== "actif" && <span><Icon name="unplugged" /> capteur {STATUS_NAMES[device.status] ?? device.status}</span>}
      {device.battery !== null && (
        <span className={isLow ? "battery-low" : ""}>
          <Icon name="battery" /> <span className="sr-only">batterie </span>{device.battery} %{isLow ? " faible" : ""}
        </span>
      )}
    </>
  );
}
