import { useState, type FormEvent } from "react";
import { canEscalate, type AlertEntry } from "../alerts";
import { formatMinute, wordEntry } from "../alert_words";
import { MAX_ACCOUNT_ENTRIES } from "../care";
import { formatWhen } from "../format";
import { checkComment, colleagues, MAX_COMMENT, mayDo, type AlertAction } from "../permissions";
import type { WardState } from "../ward";
import { Icon } from "./Icon";

interface Props {
  entry: AlertEntry;
  state: WardState;
  serverNow: number;
  onAct: (action: AlertAction) => Promise<boolean>;
}

/** What is done more seldom: give it to somebody, comment, escalate; and the account of what was done. */
export function AlertMore({ entry, state, serverNow, onAct }: Props) {
  const { alert, care } = entry;
  const isPending = entry.action.state === "pending";
  const mayEscalate = mayDo(state.me, "escalate") && canEscalate(entry);
  return (
    <div className="more" data-testid={`suivi-${alert.id}`}>
      {care.escalatesAt !== null && care.escalatesAt > serverNow && !alert.acknowledged && (
        <p className="muted">Sans acquittement, monte d’un niveau à {formatMinute(care.escalatesAt)}.</p>
      )}
      {mayDo(state.me, "assign") && <AssignForm entry={entry} state={state} isPending={isPending} onAct={onAct} />}
      {mayDo(state.me, "comment") && <CommentForm id={alert.id} isPending={isPending} onAct={onAct} />}
      {mayEscalate && (
        <button type="button" data-testid={`escalate-${alert.id}`} aria-disabled={isPending} onClick={() => void (!isPending && onAct({ name: "escalate" }))}>
          <Icon name="critical" /> Escalader d’un niveau
        </button>
      )}
      <Account state={state} id={alert.id} serverNow={serverNow} />
    </div>
  );
}

interface FormProps {
  isPending: boolean;
  onAct: (action: AlertAction) => Promise<boolean>;
}

const NOBODY = "";

function AssignForm({ entry, state, isPending, onAct }: FormProps & { entry: AlertEntry; state: WardState }) {
  const { assignedTo } = entry.care;
  const { me } = state;
  const [chosen, setChosen] = useState<string | null>(null);
  const choices = [
    ...(me === null ? [] : [{ value: String(me.id), text: "À moi" }]),
    { value: NOBODY, text: "À personne" },
    ...colleagues(Object.values(state.users), me).map((user) => ({ value: String(user.id), text: `À ${user.name}` })),
  ].filter((choice) => choice.value !== String(assignedTo ?? NOBODY));
  const value = choices.some((choice) => choice.value === chosen) ? chosen! : choices[0]!.value;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isPending) return;
    void onAct({ name: "assign", user: value === NOBODY ? null : Number(value) }).then((isDone) => isDone && setChosen(null));
  };
  return (
    <form className="more-row" onSubmit={submit}>
      <label>
        Confier
        <select data-testid={`assign-to-${entry.alert.id}`} value={value} onChange={(event) => setChosen(event.target.value)}>
          {choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.text}</option>)}
        </select>
      </label>
      <button type="submit" data-testid={`assign-${entry.alert.id}`} aria-disabled={isPending}>Confier</button>
    </form>
  );
}

function CommentForm({ id, isPending, onAct }: FormProps & { id: number }) {
  const [draft, setDraft] = useState("");
  const { text, length, isGood } = checkComment(draft);
  const isTooLong = length > MAX_COMMENT;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isPending || !isGood) return;
    // What was typed goes once the server has it.
    void onAct({ name: "comment", text }).then((isDone) => isDone && setDraft((now) => (now === draft ? "" : now)));
  };
  return (
    <form className="more-comment" onSubmit={submit}>
      <label>
        Commenter
        <textarea
          data-testid={`comment-text-${id}`}
          rows={2}
          value={draft}
          aria-describedby={`comment-count-${id}`}
          aria-invalid={isTooLong}
          onChange={(event) => setDraft(event.target.value)}
        />
      </label>
      <div className="more-row">
        <span id={`comment-count-${id}`} className={isTooLong ? "error" : "muted"}>
          {length} / {MAX_COMMENT} caractères{isTooLong ? " : trop long" : ""}
        </span>
        <button type="submit" data-testid={`comment-${id}`} aria-disabled={isPending || !isGood}>Ajouter</button>
      </div>
    </form>
  );
}

function Account({ state, id, serverNow }: { state: WardState; id: number; serverNow: number }) {
  const account = state.account?.alert === id ? state.account : null;
  const entries = account?.entries ?? null;
  const shown = entries === null ? [] : entries.slice(-MAX_ACCOUNT_ENTRIES).reverse();
  return (
    <section className="account" aria-label="Historique de l’alerte">
      <h4>Historique</h4>
      {account?.problem && <p className="error" role="alert">Historique non lu : {account.problem}</p>}
      {entries === null && !account?.problem && <p className="muted">Lecture…</p>}
      <ol data-testid={`account-${id}`}>
        {shown.map((entry, index) => {
          const { what, detail, by } = wordEntry(entry, state, serverNow);
          return (
            <li key={shown.length - index}>
              <time dateTime={new Date(entry.at).toISOString()}>{formatWhen(entry.at, serverNow)}</time>
              <span><strong>{what}</strong>{detail && <> {detail}</>} <span className="muted">par {by}</span></span>
            </li>
          );
        })}
      </ol>
      {entries !== null && entries.length > shown.length && <p className="muted">{entries.length - shown.length} lignes plus anciennes.</p>}
    </section>
  );
}
