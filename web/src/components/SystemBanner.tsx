import { formatClock, formatWhen, withLocalTimes } from "../format";
import type { WardState } from "../ward";
import { Icon } from "./Icon";

/** What of the server is not as it should be. The region is always there, so that readers announce what comes into it. */
export function SystemBanner({ state }: { state: WardState }) {
  const serverNow = state.now + (state.clock?.offset ?? 0);
  const isSure = state.alertsLink.status === "up";
  return (
    <div className="system" role="alert" data-testid="system-banner">
      {Object.values(state.system).map((one) => (
        <p key={one.condition} className={one.isWarning ? "system-warning" : "system-critical"} data-condition={one.condition}>
          <Icon name={one.isWarning ? "warning" : "emergency"} />{" "}
          <span>
            <strong>Système :</strong> {withLocalTimes(one.message)}
            {one.since !== null && <> (depuis <time dateTime={new Date(one.since).toISOString()}>{wordSince(one.since, serverNow)}</time>)</>}
            {!isSure && " — dernier état connu"}
          </span>
        </p>
      ))}
    </div>
  );
}

function wordSince(since: number, serverNow: number): string {
  const when = formatWhen(since, serverNow);
  return when === formatClock(since) ? when.slice(0, 5) : when.slice(0, -3);
}
