// What is done about an alert: its alarm's state, its silence, who takes care of it, and the account of it. Pure.

import { isFields, number, parseTime, text } from "./fields";
import type { Level } from "./messages";

export type AlarmState = "presente" | "acquittee" | "verrouillee" | "close";

/** What the server says beside the documented members of an alert. Times are the server's, ms. */
export interface Care {
  state: AlarmState;
  /** The level of the condition now; null: it is not present. */
  conditionLevel: Level | null;
  escalatesAt: number | null;
  silentUntil: number | null;
  /** A user's id. */
  assignedTo: number | null;
  late: boolean;
}

export interface AccountEntry {
  at: number;
  what: string;
  level: string;
  /** A user's id; null: the server. */
  by: number | null;
  detail: string;
}

export interface Comment {
  text: string;
  /** Null: not known yet. */
  by: number | null;
  at: number | null;
}

const STATES: readonly string[] = ["presente", "acquittee", "verrouillee", "close"] satisfies AlarmState[];
const LEVELS: readonly string[] = ["info", "warning", "critical", "emergency"] satisfies Level[];
/** Longer accounts are shown from their newest end. */
export const MAX_ACCOUNT_ENTRIES = 200;

/** Null: not told, or in a form that this page does not know. */
export function parseCare(value: unknown): Care | null {
  if (!isFields(value)) return null;
  const state = text(value["etat"]);
  if (!STATES.includes(state)) return null;
  const level = text(value["niveau_condition"]);
  return {
    state: state as AlarmState,
    conditionLevel: LEVELS.includes(level) ? (level as Level) : null,
    escalatesAt: parseTime(value["escalade_le"]),
    silentUntil: parseTime(value["silence_jusqu"]),
    assignedTo: number(value["assignee_a"]),
    late: value["tardive"] === true,
  };
}

export function parseAccountEntry(value: unknown): AccountEntry | null {
  if (!isFields(value)) return null;
  const at = parseTime(value["fait_le"]);
  if (at === null) return null;
  return { at, what: text(value["fait"]), level: text(value["niveau"]), by: number(value["utilisateur"]), detail: text(value["detail"]) };
}

export function lastComment(entries: readonly AccountEntry[]): Comment | null {
  const last = entries.filter((entry) => entry.what === "commented").at(-1);
  return last ? { text: last.detail, by: last.by, at: last.at } : null;
}

/** Somebody opened it by hand: it waits although its condition has never been over, since it never was present. */
export function wasMade(care: Care, entries: readonly AccountEntry[]): boolean {
  return care.state === "verrouillee" && !care.late && entries[0]?.what === "raised" && !entries.some((entry) => entry.what === "resolved");
}

/** When it is heard again; null: it is heard now. A silence ends by itself, whether or not a word of its end has come. */
export function silenceLeft(silentUntil: number | null, serverNow: number): number | null {
  if (silentUntil === null) return null;
  const left = silentUntil - serverNow;
  return left > 0 ? left : null;
}
