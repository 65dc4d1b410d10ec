import { formatAge, formatValue, formatWhen } from "../format";
import { judgeAll, type Freshness, type Moment } from "../freshness";
import type { MeasureRow } from "../measures";
import type { MeasureState, PatientState } from "../ward";
import { Icon } from "./Icon";
import { Sparkline } from "./Sparkline";

interface Props {
  row: MeasureRow;
  one: PatientState;
  moment: Moment;
}

export function MeasureLine({ row, one, moment }: Props) {
  const parts = row.parts.map((part) => one.measures[part]);
  const known = parts.filter((part): part is MeasureState => part !== undefined);
  if (known.length === 0) return null;
  const { freshness, ageMs } = judgeAll(known.map((part) => part.shown), one.link.status, moment);
  const measuredAt = Math.min(...known.map((part) => part.shown.measuredAt));
  const serverNow = moment.now + (moment.clockOffset ?? 0);
  const text = parts.map((part) => (part ? formatValue(part.shown.value, row.decimals) : "—")).join("/");
  return (
    <div className={`measure measure-${freshness}`}>
      <span className="measure-label">{row.label}</span>
      <span className="measure-value">
        <span
          className="value"
          data-testid={`value-${one.patient.identifiant}-${row.key}`}
          data-state={freshness}
          data-measured-at={measuredAt}
        >
          {text}
        </span>
        <span className="unit">{row.unit}</span>
      </span>
      <Sparkline histories={known.map((part) => part.history)} now={serverNow} minSpan={row.minSpan} isLive={freshness === "live"} />
      <span className="measure-age">
        <Age freshness={freshness} ageMs={ageMs} />
        <time dateTime={new Date(measuredAt).toISOString()}>{formatWhen(measuredAt, serverNow)}</time>
      </span>
    </div>
  );
}

function Age({ freshness, ageMs }: { freshness: Freshness; ageMs: number }) {
  const age = `il y a ${formatAge(ageMs)}`;
  switch (freshness) {
    case "live":
      return <span className="state state-live"><span className="dot" aria-hidden="true" /> {age}</span>;
    case "old":
      return <span className="state state-old"><Icon name="clock" /> ancien — {age}</span>;
    case "lost":
      return <span className="state state-lost"><Icon name="unplugged" /> connexion perdue — {age}</span>;
    case "connecting":
      return <span className="state state-old"><Icon name="refresh" /> connexion… — {age}</span>;
  }
}
