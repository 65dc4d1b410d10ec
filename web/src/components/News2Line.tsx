import { formatClock, formatValue } from "../format";
import { isNews2Old, wordNews2, type News2 } from "../news2";
import { ROWS } from "../measures";
import { Icon } from "./Icon";

interface Props {
  identifiant: string;
  news2: News2 | null;
  isLinkUp: boolean;
  serverNow: number;
}

/** The score as the server last computed it, with its time; a lower bound, and said to be one. */
export function News2Line({ identifiant, news2, isLinkUp, serverNow }: Props) {
  if (news2 === null) return <p className="news2 muted">NEWS2 : pas encore lu</p>;
  const isOld = isNews2Old(news2, isLinkUp, serverNow);
  const when = formatClock(news2.computedAt).slice(0, 5);
  return (
    <details className={`news2${isOld ? " news2-old" : ""}`} data-testid={`news2-${identifiant}`} data-state={isOld ? "old" : "current"}>
      <summary>
        <span className="news2-score">{wordNews2(news2)}</span>{" "}
        <span className="muted">{isOld && <><Icon name="clock" /> ancien — </>}{when}</span>
      </summary>
      {news2.isPartial && <p className="muted">Score partiel : une borne inférieure. Ce qui n’est pas mesuré ne compte pas.</p>}
      <ul>
        {news2.parts.map((part) => (
          <li key={part.measure}>
            <span>{labelOf(part.measure)} {formatValue(part.value, decimalsOf(part.measure, part.value))} {part.unit}</span>
            <span>{part.points} {part.points > 1 ? "points" : "point"}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

const LABELS: Record<string, string> = { systolic_pressure: "Tension systolique" };

function labelOf(measure: string): string {
  return LABELS[measure] ?? ROWS.find((row) => row.key === measure)?.label ?? measure;
}

function decimalsOf(measure: string, value: number): number {
  if (measure === "temperature") return 1;
  return Number.isInteger(value) ? 0 : 1;
}
