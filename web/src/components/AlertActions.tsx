import type { ReactNode } from "react";
import type { AlertEntry } from "../alerts";
import { wordFailure } from "../alert_words";
import { isClosed } from "../alerts";
import { mayDo, SILENCE_MINUTES, type AlertAction, type User } from "../permissions";
import type { Opened, Part } from "./AlertItem";
import { Icon } from "./Icon";

interface Props {
  entry: AlertEntry;
  who: string;
  me: User | null;
  isSilent: boolean;
  opened: Opened | null;
  onOpen: (part: Part | null) => void;
  onAct: (action: AlertAction) => Promise<boolean>;
}

export function AlertActions({ entry, who, me, isSilent, opened, onOpen, onAct }: Props) {
  const { alert, action } = entry;
  const isPending = action.state === "pending";
  const about = `${alert.title}, ${who}`;
  const toggle = (part: Part) => () => onOpen(opened?.part === part ? null : part);
  const maySilence = !alert.acknowledged && !isClosed(entry) && mayDo(me, "silence");
  return (
    <>
      <div className="ack">
        {!alert.acknowledged && mayDo(me, "acknowledge") && (
          <button
            type="button"
            className="ack-main"
            data-testid={`ack-${alert.id}`}
            aria-disabled={isPending}
            aria-label={`Acquitter : ${about}`}
            onClick={() => void (!isPending && onAct({ name: "acknowledge" }))}
          >
            {wordAcknowledge(entry)}
          </button>
        )}
        {maySilence && (
          <Toggle label="Silence" about={about} testid={`silence-${alert.id}`} isOpen={opened?.part === "silence"} onClick={toggle("silence")}>
            <Icon name="silent" /> Silence
          </Toggle>
        )}
        <Toggle label="Suivi" about={about} testid={`more-${alert.id}`} isOpen={opened?.part === "more"} onClick={toggle("more")}>
          Suivi
        </Toggle>
      </div>
      {opened?.part === "silence" && maySilence && (
        <SilenceChoice id={alert.id} about={about} isSilent={isSilent} isPending={isPending} onAct={(wanted) => {
          void onAct(wanted).then((isDone) => isDone && onOpen(null));
        }} />
      )}
      <p className="action-state" role="status">
        {action.state === "pending" && action.action !== "acknowledge" && <><Icon name="refresh" /> Envoi…</>}
        {action.state === "failed" && <strong><Icon name="critical" /> {wordFailure(action.action, action.reason)}</strong>}
      </p>
    </>
  );
}

function wordAcknowledge({ action }: AlertEntry): string {
  if (action.state === "idle" || action.action !== "acknowledge") return "Acquitter";
  return action.state === "pending" ? "Envoi…" : "Réessayer";
}

interface ToggleProps {
  label: string;
  about: string;
  testid: string;
  isOpen: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Toggle({ label, about, testid, isOpen, onClick, children }: ToggleProps) {
  return (
    <button type="button" className="ack-toggle" data-testid={testid} aria-expanded={isOpen} aria-label={`${label} : ${about}`} onClick={onClick}>
      {children} <Icon name={isOpen ? "up" : "down"} />
    </button>
  );
}

interface SilenceProps {
  id: number;
  about: string;
  isSilent: boolean;
  isPending: boolean;
  onAct: (action: AlertAction) => void;
}

function SilenceChoice({ id, about, isSilent, isPending, onAct }: SilenceProps) {
  return (
    <div className="silence-choice" role="group" aria-label={`Durée du silence : ${about}`}>
      {SILENCE_MINUTES.map((minutes) => (
        <button key={minutes} type="button" data-testid={`silence-${minutes}-${id}`} aria-disabled={isPending} onClick={() => !isPending && onAct({ name: "silence", minutes })}>
          {minutes} min
        </button>
      ))}
      {isSilent && (
        <button type="button" className="wide" data-testid={`hear-${id}`} aria-disabled={isPending} onClick={() => !isPending && onAct({ name: "unsilence" })}>
          <Icon name="heard" /> Réentendre
        </button>
      )}
    </div>
  );
}
