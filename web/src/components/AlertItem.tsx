import { LEVEL_NAMES, type AlertEntry } from "../alerts";
import { nameOf, wordComment, wordState, type StateTone } from "../alert_words";
import { silenceLeft } from "../care";
import { formatAge, formatWhen, withLocalTimes } from "../format";
import type { AlertAction } from "../permissions";
import type { WardState } from "../ward";
import { AlertActions } from "./AlertActions";
import { AlertMore } from "./AlertMore";
import { Icon, type IconName } from "./Icon";

export type Part = "silence" | "more";

export interface Opened {
  id: number;
  part: Part;
}

interface Props {
  entry: AlertEntry;
  state: WardState;
  opened: Opened | null;
  onOpen: (part: Part | null) => void;
  onAct: (id: number, action: AlertAction) => Promise<boolean>;
}

const TONE_ICONS: Record<StateTone, IconName> = {
  present: "pulse", over: "ended", late: "clock", silent: "silent", acknowledged: "check",
};

export function AlertItem({ entry, state, opened, onOpen, onAct }: Props) {
  const { alert, care } = entry;
  const one = state.patients[alert.patient];
  const who = one ? one.patient.name : `Patient n° ${alert.patient}`;
  const serverNow = state.now + (state.clock?.offset ?? 0);
  const act = (action: AlertAction): Promise<boolean> => onAct(alert.id, action);
  return (
    <li
      className={`alert alert-${alert.level}${alert.acknowledged ? " alert-acknowledged" : ""}${alert.technical ? " alert-technical" : ""}`}
      data-testid={`alert-${alert.id}`}
      data-level={alert.level}
      data-nature={alert.technical ? "technique" : "physiologique"}
      data-acknowledged={alert.acknowledged}
      data-silent={silenceLeft(care.silentUntil, serverNow) !== null}
    >
      <div className="alert-head">
        <span className="badges">
          <span className={`badge level-${alert.level}`}><Icon name={alert.level} /> {LEVEL_NAMES[alert.level]}</span>
          {alert.technical && <span className="badge badge-plain"><Icon name="device" /> Technique</span>}
          {care.late && <span className="badge badge-plain"><Icon name="clock" /> Tardive</span>}
        </span>
        <time dateTime={new Date(alert.createdAt).toISOString()}>
          {formatWhen(alert.createdAt, serverNow)} · {formatAge(Math.max(0, serverNow - alert.createdAt))}
        </time>
      </div>
      <p className="alert-who"><strong>{who}</strong>{one && <span className="muted"> {one.patient.room}</span>}</p>
      <p>{alert.title}</p>
      <p className="alert-message">{withLocalTimes(alert.message)}</p>
      <CareLines entry={entry} state={state} serverNow={serverNow} />
      <AlertActions entry={entry} who={who} me={state.me} isSilent={silenceLeft(care.silentUntil, serverNow) !== null} opened={opened} onOpen={onOpen} onAct={act} />
      {opened?.part === "more" && <AlertMore entry={entry} state={state} serverNow={serverNow} onAct={act} />}
    </li>
  );
}

function CareLines({ entry, state, serverNow }: { entry: AlertEntry; state: WardState; serverNow: number }) {
  const { care } = entry;
  return (
    <div className="care">
      {wordState(entry, state, serverNow).map(({ tone, text }) => (
        <p key={tone} className={`care-${tone}`}><Icon name={TONE_ICONS[tone]} /> <span>{text}</span></p>
      ))}
      {care.assignedTo !== null && <p><Icon name="person" /> <span>Confiée à {nameOf(state, care.assignedTo)}</span></p>}
      {care.comment !== null && (
        <p className="care-comment">
          <Icon name="comment" /> <span><q>{care.comment.text}</q> <span className="muted">{wordComment(care.comment, state, serverNow)}</span></span>
        </p>
      )}
    </div>
  );
}
