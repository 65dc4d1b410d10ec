// Who may do what about an alert, as the server's table of routes says it. The server decides; the page only does not
// offer what it would refuse.

import { isFields, number, text } from "./fields";

export type ActionName = "acknowledge" | "silence" | "unsilence" | "assign" | "comment" | "escalate";

export type AlertAction =
  | { name: "acknowledge" }
  | { name: "silence"; minutes: number }
  | { name: "unsilence" }
  | { name: "assign"; user: number | null }
  | { name: "comment"; text: string }
  | { name: "escalate" };

export interface User {
  id: number;
  name: string;
  role: string;
  isActive: boolean;
}

const CARERS: readonly string[] = ["administrateur", "medecin", "infirmier"];
const PRESCRIBERS: readonly string[] = ["administrateur", "medecin"];
const LISTERS: readonly string[] = ["administrateur"];

export const SILENCE_MINUTES = [5, 10, 30] as const;
/** Unicode characters, as the server counts them. */
export const MAX_COMMENT = 1_000;

/** `me` null: not known yet. Then only the acknowledgement is offered, which must not wait for that. */
export function mayDo(me: User | null, action: ActionName): boolean {
  if (me === null) return action === "acknowledge";
  return (action === "escalate" ? PRESCRIBERS : CARERS).includes(me.role);
}

export function mayListUsers(me: User | null): boolean {
  return me !== null && LISTERS.includes(me.role);
}

/** Whom an alert may be given to. */
export function colleagues(users: readonly User[], me: User | null): User[] {
  return users.filter((user) => user.isActive && user.id !== me?.id && CARERS.includes(user.role));
}

export function parseUser(value: unknown): User | null {
  if (!isFields(value)) return null;
  const id = number(value["id"]);
  if (id === null) return null;
  const name = [text(value["last_name"]).toUpperCase(), text(value["first_name"])].filter(Boolean).join(" ");
  return { id, name: name || text(value["username"]) || `n° ${id}`, role: text(value["role"]), isActive: value["is_active"] !== false };
}

export interface CommentCheck {
  /** Without the white space at its ends: what would be sent. */
  text: string;
  length: number;
  isGood: boolean;
}

export function checkComment(draft: string): CommentCheck {
  // The server trims these and no other: a no-break space is a character.
  const trimmed = draft.replace(/^[ \t\n\r\f\v]+|[ \t\n\r\f\v]+$/g, "");
  const length = [...trimmed].length;
  return { text: trimmed, length, isGood: length >= 1 && length <= MAX_COMMENT && !trimmed.includes("\0") };
}
