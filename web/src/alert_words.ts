// What is done about an alert, in French. Pure.

import { LEVEL_NAMES, type AlertEntry } from "./alerts";
import { silenceLeft, type AccountEntry, type Comment } from "./care";
import { formatClock, formatWhen } from "./format";
import type { Level } from "./messages";
import type { ActionName, User } from "./permissions";

/** Names of users, as far as the one who is signed in may know them. */
export interface People {
  me: User | null;
  users: Readonly<Record<number, User>>;
}

export function nameOf(people: People, id: number | null): string {
  if (id === null) return "le serveur";
  if (people.me?.id === id) return "vous";
  return people.users[id]?.name ?? `utilisateur n° ${id}`;
}

export type StateTone = "present" | "over" | "late" | "silent" | "acknowledged";

export interface StateLine {
  tone: StateTone;
  text: string;
}

/** Where the alert stands; a silence is told beside it, never instead of it. */
export function wordState(entry: AlertEntry, people: People, serverNow: number): StateLine[] {
  const left = silenceLeft(entry.care.silentUntil, serverNow);
  const lines = [wordPresence(entry, people, serverNow)];
  if (left === null) return lines;
  const until = formatMinute(entry.care.silentUntil!);
  return [...lines, { tone: "silent", text: `Silence jusqu’à ${until} (encore ${formatLeft(left)})` }];
}

function wordPresence({ alert, care }: AlertEntry, people: People, serverNow: number): StateLine {
  if (alert.acknowledged) {
    const by = alert.acknowledgedBy === null ? "" : ` par ${nameOf(people, alert.acknowledgedBy)}`;
    const at = alert.acknowledgedAt === null ? "" : `, ${formatWhen(alert.acknowledgedAt, serverNow)}`;
    return { tone: "acknowledged", text: `Acquittée${by}${at}` };
  }
  if (care.late) return { tone: "late", text: "Mesure tardive, à acquitter" };
  if (care.isMade) return { tone: "present", text: "Signalée par une personne, à acquitter" };
  if (care.state === "close") return { tone: "over", text: "Condition passée, alerte close" };
  if (alert.resolved) return { tone: "over", text: "Condition passée, à acquitter" };
  const now = care.conditionLevel;
  const isLower = now !== null && now !== alert.level;
  return { tone: "present", text: isLower ? `Présente (en ce moment : ${LEVEL_NAMES[now].toLowerCase()})` : "Présente" };
}

/** "12:40": to the minute that has not ended before. */
export function formatMinute(time: number): string {
  return formatClock(time).slice(0, 5);
}

export function formatLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds}\u00a0s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}\u00a0min\u00a0${String(seconds % 60).padStart(2, "0")}`;
  return `${Math.floor(minutes / 60)}\u00a0h\u00a0${String(minutes % 60).padStart(2, "0")}`;
}

export function wordComment(comment: Comment, people: People, serverNow: number): string {
  if (comment.at === null) return "";
  return `${nameOf(people, comment.by)}, ${formatWhen(comment.at, serverNow)}`;
}

const DONE: Record<ActionName, string> = {
  acknowledge: "Non acquittée", silence: "Silence refusé", unsilence: "Toujours en silence", assign: "Non confiée",
  comment: "Commentaire non ajouté", escalate: "Non escaladée",
};

export function wordFailure(action: ActionName, reason: string): string {
  return `${DONE[action]} : ${reason}`;
}

const FACTS: Record<string, string> = {
  raised: "Déclenchée", returned: "De nouveau présente", escalated: "Aggravée", acknowledged: "Acquittée", resolved: "Condition passée",
  silenced: "Mise en silence", heard: "De nouveau audible", removed: "Retirée", assigned: "Confiée", commented: "Commentaire",
  changed: "Modifiée",
};

/** One line of the account. What this page does not know yet is shown as it came. */
export function wordEntry(entry: AccountEntry, people: People, serverNow: number): { what: string; detail: string; by: string } {
  const fact = FACTS[entry.what] ?? entry.what;
  const level = LEVEL_NAMES[entry.level as Level] ?? entry.level;
  const isOfLevel = entry.what === "raised" || entry.what === "escalated";
  return { what: isOfLevel ? `${fact} : ${level.toLowerCase()}` : fact, detail: wordDetail(entry, people, serverNow), by: nameOf(people, entry.by) };
}

function wordDetail({ what, detail }: AccountEntry, people: People, serverNow: number): string {
  if (what === "assigned") return detail === "" ? "à personne" : `à ${Number.isInteger(Number(detail)) ? nameOf(people, Number(detail)) : detail}`;
  if (what !== "silenced" || detail === "") return detail;
  const until = Date.parse(detail);
  return Number.isFinite(until) ? `jusqu’à ${formatWhen(until, serverNow)}` : detail;
}
