import { useEffect, useMemo, useSyncExternalStore } from "react";
import { isClosed, unacknowledged } from "../alerts";
import type { LiveWard } from "../live";
import { connectionOf, momentOf, roomsOf, type WardState } from "../ward";
import { AlertPanel } from "./AlertPanel";
import { ConnectionState } from "./ConnectionState";
import { Icon } from "./Icon";
import { SystemBanner } from "./SystemBanner";
import { RoomSection } from "./RoomSection";

export function WardPage({ ward, onSignOut }: { ward: LiveWard; onSignOut: () => void }) {
  const state = useSyncExternalStore(ward.subscribe, ward.state);
  const waiting = unacknowledged(state.alerts).length;
  useEffect(() => {
    document.title = titleOf(state, waiting);
  });
  return (
    <div className="page">
      <div className="top">
        <SystemBanner state={state} />
        <header className="bar">
          <span className="brand"><Icon name="pulse" /> FAJMA</span>
          <ConnectionState state={state} />
          {state.me && <span className="who" data-testid="me">{state.me.name}<span className="muted"> {state.me.role}</span></span>}
          <button className="quiet" type="button" onClick={onSignOut}><Icon name="out" /> Se déconnecter</button>
        </header>
      </div>
      <div className="layout">
        <AlertPanel state={state} onAct={ward.act} onShowAccount={ward.showAccount} />
        <Ward state={state} />
      </div>
    </div>
  );
}

function Ward({ state }: { state: WardState }) {
  const rooms = useMemo(() => roomsOf(state.patients), [state.patients]);
  const moment = momentOf(state);
  const worst = useMemo(() => worstByPatient(state), [state.alerts]);
  return (
    <main className="ward" aria-label="Patients" tabIndex={0}>
      {state.problem !== null && <p className="error" role="alert"><Icon name="critical" /> {state.problem}</p>}
      {!state.patientsKnown && state.problem === null && <p className="muted" role="status">Chargement des patients…</p>}
      {state.patientsKnown && rooms.length === 0 && <p className="muted">Aucun patient dans vos salles.</p>}
      {rooms.map((room) => <RoomSection key={room.name} room={room} moment={moment} worst={worst} />)}
    </main>
  );
}

// Sorted worst first, so the first entry of a patient is the one to show. What has ended by itself is no state of the patient.
function worstByPatient(state: WardState) {
  const worst = new Map<number, ReturnType<typeof unacknowledged>[number]>();
  for (const entry of unacknowledged(state.alerts)) {
    if (!isClosed(entry) && !worst.has(entry.alert.patient)) worst.set(entry.alert.patient, entry);
  }
  return worst;
}

function titleOf(state: WardState, waiting: number): string {
  const count = waiting > 0 ? `(${waiting}) ` : "";
  const offline = connectionOf(state) === "offline" ? " — hors ligne" : "";
  return `${count}FAJMA${offline}`;
}
