import { useEffect, useMemo, useRef, useState } from "react";
import { acknowledgedOngoing, isClosed, unacknowledged, type AlertEntry, type Announcement } from "../alerts";
import type { AlertAction } from "../permissions";
import { areAlertsComplete, type WardState } from "../ward";
import { AlertItem, type Opened } from "./AlertItem";
import { Icon } from "./Icon";

interface Props {
  state: WardState;
  onAct: (id: number, action: AlertAction) => Promise<boolean>;
  onShowAccount: (id: number | null) => void;
}

export function AlertPanel({ state, onAct, onShowAccount }: Props) {
  const waiting = useMemo(() => unacknowledged(state.alerts), [state.alerts]);
  const open = waiting.filter((entry) => !isClosed(entry));
  const closed = waiting.filter(isClosed);
  const settled = useMemo(() => acknowledgedOngoing(state.alerts), [state.alerts]);
  const [opened, setOpened] = useOpened(state, onShowAccount);
  const list = useKeptFocus(state.alerts);
  const item = (entry: AlertEntry) => (
    <AlertItem
      key={entry.alert.id}
      entry={entry}
      state={state}
      opened={opened?.id === entry.alert.id ? opened : null}
      onOpen={(part) => setOpened(part && { id: entry.alert.id, part })}
      onAct={onAct}
    />
  );
  // One list of keys, so that a card that goes to another part keeps what is being typed there.
  const rows = [
    ...open.map(item),
    closed.length > 0 && <Heading key="closed" text="Passées, non acquittées" />,
    ...closed.map(item),
    settled.length > 0 && <Heading key="settled" text="Acquittées" />,
    ...settled.map(item),
  ];
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
      <div className="alerts-scroll" ref={list} tabIndex={0} role="region" aria-label="Liste des alertes">
        {waiting.length === 0 && <Nothing isComplete={areAlertsComplete(state)} />}
        <ul>{rows}</ul>
      </div>
    </aside>
  );
}

function Heading({ text }: { text: string }) {
  return <li className="alerts-part"><h3>{text}</h3></li>;
}

// One card is open at a time; it closes with its alert.
function useOpened(state: WardState, onShowAccount: (id: number | null) => void) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const isGone = opened !== null && state.alerts.entries[opened.id] === undefined;
  useEffect(() => {
    if (isGone) setOpened(null);
  }, [isGone]);
  const shown = opened?.part === "more" ? opened.id : null;
  useEffect(() => {
    if (shown === null) return;
    onShowAccount(shown);
    return () => onShowAccount(null);
  }, [shown, onShowAccount]);
  return [isGone ? null : opened, setOpened] as const;
}

// A button that goes with its alert must not take the keyboard's place along.
function useKeptFocus(alerts: WardState["alerts"]) {
  const list = useRef<HTMLDivElement>(null);
  const wasInside = useRef(false);
  useEffect(() => {
    const focused = document.activeElement;
    if (wasInside.current && focused === document.body) list.current?.focus({ preventScroll: true });
  }, [alerts]);
  useEffect(() => {
    const region = list.current;
    const note = (event: FocusEvent): void => {
      wasInside.current = region?.contains(event.target as Node) ?? false;
    };
    const forget = (event: PointerEvent): void => {
      if (!region?.contains(event.target as Node)) wasInside.current = false;
    };
    document.addEventListener("focusin", note);
    document.addEventListener("pointerdown", forget);
    return () => {
      document.removeEventListener("focusin", note);
      document.removeEventListener("pointerdown", forget);
    };
  }, []);
  return list;
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
