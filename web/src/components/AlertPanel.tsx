import { useMemo } from "react";
import { acknowledgedOngoing, LEVEL_NAMES, unacknowledged, type AlertEntry, type Announcement } from "../alerts";
import { formatAge, formatWhen } from "../format";
import { areAlertsComplete, type PatientState, type WardState } from "../ward";
import { Icon } from "./Icon";

interface Props {
  state: WardState;
  onAcknowledge: (id: number) => void;
}

export function AlertPanel({ state, onAcknowledge }: Props) {
  const waiting = useMemo(() => unacknowledged(state.alerts), [state.alerts]);
  const settled = useMemo(() => acknowledgedOngoing(state.alerts), [state.alerts]);
  const serverNow = state.now + (state.clock?.offset ?? 0);
  const item = (entry: AlertEntry) => (
    <AlertItem key={entry.alert.id} entry={entry} one={state.patients[entry.alert.patient]} serverNow={serverNow} onAcknowledge={onAcknowledge} />
  );
  return (
    <aside className={`alerts${waiting.length > 0 ? " alerts-waiting" : ""}`} aria-labelledby="alerts-title">
      <h2 id="alerts-title">
        Alertes <span className="count" data-testid="alert-count">{waiting.length}</span>
        <span className="muted"> à acquitter</span>
      </h2>
      <Announcer announcement={state.alerts.announcement} />
      {state.alertsLink.status === "down" && (
        <p className="link-lost"><Icon name="unplugged" /> Connexion des alertes perdue : la liste peut être incomplète.</p>
      )}
      <div className="alerts-scroll" tabIndex={0} role="region" aria-label="Liste des alertes">
        {waiting.length === 0 && <Nothing isComplete={areAlertsComplete(state)} />}
        <ul>{waiting.map(item)}</ul>
        {settled.length > 0 && <h3>Acquittées</h3>}
        <ul>{settled.map(item)}</ul>
      </div>
    </aside>
  );
}

// An empty list that may be incomplete is not good news.
function Nothing({ isComplete }: { isComplete: boolean }) {
  if (!isComplete) return <p className="muted"><Icon name="refresh" /> Lecture des alertes…</p>;
  return <p className="all-clear"><Icon name="check" /> Aucune alerte à acquitter.</p>;
}

// Two regions that are always there: readers announce what changes inside a region, not a region that appears.
function Announcer({ announcement }: { announcement: Announcement | null }) {
  const said = announcement && <span key={announcement.serial}>{announcement.text}</span>;
  return (
    <>
      <div className="sr-only" aria-live="assertive">{announcement?.urgent ? said : null}</div>
      <div className="sr-only" aria-live="polite">{announcement?.urgent ? null : said}</div>
    </>
  );
}

interface ItemProps {
  entry: AlertEntry;
  one: PatientState | undefined;
  serverNow: number;
  onAcknowledge: (id: number) => void;
}

function AlertItem({ entry, one, serverNow, onAcknowledge }: ItemProps) {
  const { alert } = entry;
  const who = one ? one.patient.name : `Patient n° ${alert.patient}`;
  return (
    <li
      className={`alert alert-${alert.level}${alert.acknowledged ? " alert-acknowledged" : ""}`}
      data-testid={`alert-${alert.id}`}
      data-level={alert.level}
      data-acknowledged={alert.acknowledged}
    >
      <div className="alert-head">
        <span className={`badge level-${alert.level}`}><Icon name={alert.level} /> {LEVEL_NAMES[alert.level]}</span>
        <time dateTime={new Date(alert.createdAt).toISOString()}>
          {formatWhen(alert.createdAt, serverNow)} · {formatAge(Math.max(0, serverNow - alert.createdAt))}
        </time>
      </div>
      <p className="alert-who"><strong>{who}</strong>{one && <span className="muted"> {one.patient.room}</span>}</p>
      <p>{alert.title}</p>
      <p className="alert-message">{alert.message}</p>
      {alert.resolved && <p className="alert-over"><Icon name="check" /> Revenu à la normale, reste à acquitter.</p>}
      {alert.acknowledged
        ? <p className="alert-over"><Icon name="check" /> Acquittée</p>
        : <Acknowledge entry={entry} who={who} onAcknowledge={onAcknowledge} />}
    </li>
  );
}

function Acknowledge({ entry, who, onAcknowledge }: { entry: AlertEntry; who: string; onAcknowledge: (id: number) => void }) {
  const { alert, ack } = entry;
  const isPending = ack.state === "pending";
  return (
    <div className="ack">
      <button
        type="button"
        data-testid={`ack-${alert.id}`}
        aria-disabled={isPending}
        aria-label={`Acquitter : ${alert.title}, ${who}`}
        onClick={() => !isPending && onAcknowledge(alert.id)}
      >
        {isPending ? "Envoi…" : ack.state === "failed" ? "Réessayer" : "Acquitter"}
      </button>
      <span role="status">{ack.state === "failed" && <span className="ack-failed"><Icon name="critical" /> Non acquittée : {ack.reason}</span>}</span>
    </div>
  );
}
