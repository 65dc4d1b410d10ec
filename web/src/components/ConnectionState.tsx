import { formatClock } from "../format";
import { connectionOf, countLinks, type Connection, type WardState } from "../ward";
import { Icon, type IconName } from "./Icon";

const ICONS: Record<Connection, IconName> = { connecting: "refresh", live: "waves", partial: "refresh", offline: "unplugged" };

export function ConnectionState({ state }: { state: WardState }) {
  const connection = connectionOf(state);
  const { up, total } = countLinks(state);
  return (
    <div className={`connection connection-${connection}`} data-testid="connection-state" data-state={connection}>
      <span role="status" className="connection-text"><Icon name={ICONS[connection]} /> {wording(connection, state)}</span>
      <span className="connection-count">{up}/{total}<span className="wide-only"> connexions</span></span>
    </div>
  );
}

function wording(connection: Connection, state: WardState): string {
  switch (connection) {
    case "connecting":
      return "Connexion…";
    case "live":
      return "En direct";
    case "partial":
      return state.wasUp && state.patientsKnown ? "Reconnexion…" : "Connexion…";
    case "offline":
      return `Hors ligne depuis ${formatClock((state.offlineSince ?? state.now) + (state.clock?.offset ?? 0))}`;
  }
}
