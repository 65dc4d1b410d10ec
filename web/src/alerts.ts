// The alert list: what each message does to it, and in which order it is shown. Pure.

import { lastComment, wasMade, type AccountEntry, type AlarmState, type Care, type Comment } from "./care";
import { withLocalTimes } from "./format";
import type { Alert, AlertChange, Level } from "./messages";
import type { ActionName } from "./permissions";

/** Of what the user asked for last; it is done when the server says so, and idle then. */
export type ActionState =
  | { state: "idle" }
  | { state: "pending"; action: ActionName }
  | { state: "failed"; action: ActionName; reason: string };

/** What is done about an alert, as far as it is known: `isRead` once the server has told all of it. */
export interface KnownCare extends Omit<Care, "state"> {
  state: AlarmState | null;
  comment: Comment | null;
  /** Somebody opened it by hand. */
  isMade: boolean;
  isRead: boolean;
}

export interface AlertEntry {
  alert: Alert;
  care: KnownCare;
  action: ActionState;
  /** Cursor of the newest event heard; null when known from REST alone. */
  cursor: number | null;
  /** Local time of the last change, ms. */
  changedAt: number;
}

/** What a screen reader is told; `serial` makes two equal texts two announcements. */
export interface Announcement {
  text: string;
  urgent: boolean;
  serial: number;
}

export interface AlertList {
  entries: Readonly<Record<number, AlertEntry>>;
  announcement: Announcement | null;
  /** The one that is being looked at stays until it is not, also when it is over: somebody may be writing there. */
  opened: number | null;
}

export const NO_ALERTS: AlertList = { entries: {}, announcement: null, opened: null };

export const LEVEL_NAMES: Record<Level, string> = {
  emergency: "Urgence",
  critical: "Critique",
  warning: "Avertissement",
  info: "Information",
};

const RANK: Record<Level, number> = { emergency: 0, critical: 1, warning: 2, info: 3 };
/** How long the page still lists what was acknowledged, if no word of its end comes. */
const KEEP_ACKNOWLEDGED_MS = 60 * 60_000;
const IDLE: ActionState = { state: "idle" };
const NO_CARE: KnownCare = {
  state: null, conditionLevel: null, escalatesAt: null, silentUntil: null, assignedTo: null, late: false,
  comment: null, isMade: false, isRead: false,
};

/** What a message says beside the alert itself. */
export interface Told {
  isLate: boolean;
  /** Of `alert_updated`. */
  care: Care | null;
  /** Of `alert_updated`: what was done, as the account says it; empty: not told. */
  fact: string;
  /** Of `alert_updated`: a comment, or what else belongs to the fact, in one member. */
  detail: string;
}

const NOTHING_TOLD: Told = { isLate: false, care: null, fact: "", detail: "" };

export function changeAlert(
  list: AlertList, change: AlertChange, alert: Alert, cursor: number | null, now: number, told: Told = NOTHING_TOLD,
): AlertList {
  const known = list.entries[alert.id];
  if (known && isOlderEvent(known, cursor)) return list;
  // Of an alert that is not listed any more; what is missing here comes with the next whole list.
  if (!known && change === "alert_updated" && alert.acknowledged) return list;
  const next: Alert = {
    ...alert,
    acknowledged: isAcknowledged(change, alert, cursor, known),
    resolved: isResolved(change, alert, known),
  };
  if (next.resolved && next.acknowledged && list.opened !== alert.id) return without(list, alert.id);
  const entry: AlertEntry = {
    alert: next,
    care: careAfter(known?.care ?? NO_CARE, change, next, told),
    action: isSettled(known, next) ? IDLE : (known?.action ?? IDLE),
    cursor: cursor ?? known?.cursor ?? null,
    changedAt: now,
  };
  // An alert that waits for an acknowledgement is told of again when its condition is back.
  const isBack = change === "alert" && known?.alert.resolved === true;
  const isNews = !next.resolved && !next.acknowledged && (!known || isBack || change === "alert_escalated");
  return {
    ...list,
    entries: { ...list.entries, [alert.id]: entry },
    announcement: isNews ? announce(list, next, change) : list.announcement,
  };
}

// An acknowledgement is done when the alert is acknowledged, whoever did it; every other action when it is answered.
function isSettled(known: AlertEntry | undefined, next: Alert): boolean {
  const action = known?.action ?? IDLE;
  if (action.state === "idle" || (next.acknowledged && action.action === "acknowledge")) return true;
  // What was refused before is not about what the alert is now.
  return action.state === "failed" && action.action !== "acknowledge";
}

// What each message changes for certain; the rest stays as it was known.
function careAfter(known: KnownCare, change: AlertChange, alert: Alert, told: Told): KnownCare {
  const late = known.late || told.isLate;
  switch (change) {
    case "alert":
      return {
        ...known, late, state: late ? "verrouillee" : "presente", conditionLevel: late ? null : alert.level, silentUntil: null, isRead: false,
      };
    case "alert_escalated":
      return { ...known, late, silentUntil: null, escalatesAt: null, isRead: false };
    case "alert_acknowledged":
      return { ...known, state: alert.resolved ? "close" : "acquittee", silentUntil: null, escalatesAt: null };
    case "alert_resolved":
      return { ...known, state: stateAfterEnd(alert), conditionLevel: null };
    case "alert_updated":
      return told.care === null ? { ...known, isRead: false } : updatedCare(known, told.care, told);
  }
}

// Who wrote a comment, and when, is still to be read.
function updatedCare(known: KnownCare, care: Care, told: Told): KnownCare {
  if (!isComment(known, care, told)) return { ...known, ...care };
  return { ...known, ...care, comment: { text: told.detail, by: null, at: null }, isRead: false };
}

// A message that does not say what was done carries a comment when it changes nothing else.
function isComment(known: KnownCare, care: Care, { fact, detail }: Told): boolean {
  if (fact !== "") return fact === "commented";
  const isOther = care.silentUntil !== known.silentUntil || care.assignedTo !== known.assignedTo;
  return known.isRead && !isOther && detail !== "";
}

// Critical alerts and emergencies stay until they are acknowledged; the others end with their condition.
function stateAfterEnd(alert: Alert): AlarmState {
  return RANK[alert.level] <= RANK.critical && !alert.acknowledged ? "verrouillee" : "close";
}

// The same event comes by two sockets, and a resumed one repeats the past: what is older than what is known changes nothing.
function isOlderEvent(known: AlertEntry, cursor: number | null): boolean {
  return known.cursor !== null && cursor !== null && cursor <= known.cursor;
}

// An event known to be the newer one is believed. Without cursors, only an escalation takes an acknowledgement back.
function isAcknowledged(change: AlertChange, alert: Alert, cursor: number | null, known: AlertEntry | undefined): boolean {
  if (change === "alert_acknowledged") return true;
  const isSurelyNewer = cursor !== null && known?.cursor != null;
  if (change === "alert_escalated" || isSurelyNewer) return alert.acknowledged;
  return alert.acknowledged || (known?.alert.acknowledged ?? false);
}

function isResolved(change: AlertChange, alert: Alert, known: AlertEntry | undefined): boolean {
  if (change === "alert_resolved") return true;
  if (change === "alert_acknowledged" || change === "alert_updated") return alert.resolved || (known?.alert.resolved ?? false);
  return change === "alert" && alert.resolved;
}

function announce(list: AlertList, alert: Alert, change: AlertChange): Announcement {
  const verb = change === "alert_escalated" ? "Alerte aggravée" : "Nouvelle alerte";
  return {
    text: `${verb}, ${LEVEL_NAMES[alert.level]} : ${alert.title}. ${withLocalTimes(alert.message)}`,
    urgent: RANK[alert.level] <= RANK.critical,
    serial: (list.announcement?.serial ?? 0) + 1,
  };
}

/** `ws/alerts/` on connect: what is unacknowledged there now, without a word about the other levels. */
export function mergeActive(list: AlertList, alerts: readonly Alert[], now: number): AlertList {
  return alerts.reduce((merged, alert) => place(merged, alert, now), list);
}

/**
 * The whole list of unacknowledged alerts, read over REST from `startedAt` on. What changed since then is newer
 * than the answer and stays; what the answer does not name any more has been acknowledged elsewhere.
 */
export function replaceAlerts(list: AlertList, alerts: readonly Alert[], startedAt: number, now: number): AlertList {
  const isKept = (entry: AlertEntry): boolean =>
    entry.alert.id === list.opened || entry.changedAt >= startedAt || (entry.alert.acknowledged && now - entry.changedAt < KEEP_ACKNOWLEDGED_MS);
  const kept = Object.values(list.entries).filter((entry) => isKept(entry) || alerts.some((one) => one.id === entry.alert.id));
  const older = alerts.filter((alert) => (list.entries[alert.id]?.changedAt ?? 0) < startedAt);
  const entries = Object.fromEntries(kept.map((entry) => [entry.alert.id, entry]));
  return older.reduce((merged, alert) => place(merged, alert, now), { ...list, entries } as AlertList);
}

// A state told by the server, not an event: it also takes back an acknowledgement that an escalation undid meanwhile.
// `isOver`: whether its condition is; null: not told.
function place(list: AlertList, alert: Alert, now: number, isOver: boolean | null = null): AlertList {
  const known = list.entries[alert.id];
  const isWorse = known !== undefined && RANK[alert.level] < RANK[known.alert.level];
  const next: Alert = { ...alert, resolved: isOver ?? (alert.resolved || (!isWorse && (known?.alert.resolved ?? false))) };
  const isNews = !next.acknowledged && !next.resolved && (!known || known.alert.acknowledged || isWorse);
  const entry: AlertEntry = {
    alert: next,
    care: known === undefined ? NO_CARE : isWorse ? { ...known.care, silentUntil: null, isRead: false } : known.care,
    action: known?.action ?? IDLE,
    cursor: known?.cursor ?? null,
    changedAt: known && !isNews ? known.changedAt : now,
  };
  return {
    ...list,
    entries: { ...list.entries, [alert.id]: entry },
    announcement: isNews ? announce(list, next, known ? "alert_escalated" : "alert") : list.announcement,
  };
}

function updateAll(list: AlertList, update: (entry: AlertEntry) => AlertEntry): AlertList {
  return { ...list, entries: Object.fromEntries(Object.entries(list.entries).map(([id, entry]) => [id, update(entry)])) };
}

/** After a gap, cursors may have started again: nothing known may hide what comes. */
export function forgetCursors(list: AlertList): AlertList {
  return updateAll(list, (entry) => ({ ...entry, cursor: null }));
}

/** Something may have been missed: what is done about the alerts is read again. */
export function doubtCare(list: AlertList): AlertList {
  return updateAll(list, (entry) => ({ ...entry, care: { ...entry.care, isRead: false } }));
}

export function setAction(list: AlertList, id: number, action: ActionState): AlertList {
  const known = list.entries[id];
  if (!known) return list;
  // An acknowledgement that has been heard of meanwhile has not failed.
  if (action.state === "failed" && action.action === "acknowledge" && known.alert.acknowledged) return list;
  return { ...list, entries: { ...list.entries, [id]: { ...known, action } } };
}

/**
 * The answer to what was asked at `startedAt`: the alert with its alarm, and with its account when that was asked for.
 * What was heard of the alert since then is newer and stays.
 */
export function tellCare(
  list: AlertList, alert: Alert, care: Care, account: readonly AccountEntry[] | null, startedAt: number, now: number,
): AlertList {
  const known = list.entries[alert.id];
  if (!known || known.changedAt > startedAt) return list;
  if (alert.acknowledged && care.state === "close" && list.opened !== alert.id) return without(list, alert.id);
  const placed = place(list, { ...alert, resolved: isOver(care) }, now, isOver(care));
  const entry = placed.entries[alert.id]!;
  const told = account === null ? {} : { comment: lastComment(account), isMade: wasMade(care, account), isRead: true };
  const entries = { ...placed.entries, [alert.id]: { ...entry, care: { ...known.care, ...care, ...told } } };
  return { ...placed, entries };
}

function isOver(care: Care): boolean {
  return care.state === "verrouillee" || care.state === "close";
}

/** Alerts of which the server has not told all yet, worst first. */
export function unreadCare(list: AlertList): number[] {
  return sortEntries(Object.values(list.entries).filter((entry) => !entry.care.isRead)).map((entry) => entry.alert.id);
}

/** The server says that it was acknowledged before: somebody else was faster. */
export function markAcknowledged(list: AlertList, id: number, now: number): AlertList {
  const known = list.entries[id];
  return known ? changeAlert(list, "alert_acknowledged", { ...known.alert, acknowledged: true }, null, now) : list;
}

/** Looks at one alert, or at none; what only stayed for that goes. */
export function openAlert(list: AlertList, id: number | null): AlertList {
  const isLeft = ({ alert }: AlertEntry): boolean => alert.id === id || !(alert.resolved && alert.acknowledged);
  const left = Object.values(list.entries).filter(isLeft);
  return { ...list, opened: id, entries: Object.fromEntries(left.map((entry) => [entry.alert.id, entry])) };
}

function without(list: AlertList, id: number): AlertList {
  const entries = { ...list.entries };
  delete entries[id];
  return { ...list, entries };
}

/** Worst level first, within a level the patients' own before those of devices, then newest first. */
export function sortEntries(entries: readonly AlertEntry[]): AlertEntry[] {
  return [...entries].sort(
    (a, b) =>
      RANK[a.alert.level] - RANK[b.alert.level] ||
      Number(a.alert.technical) - Number(b.alert.technical) ||
      b.alert.createdAt - a.alert.createdAt ||
      b.alert.id - a.alert.id,
  );
}

/** Its condition is over and it has ended by itself: only a word is missing that somebody saw it. */
export function isClosed(entry: AlertEntry): boolean {
  return entry.care.state === "close";
}

/**
 * Whether it can be taken a level higher by hand. A technical condition has a ceiling, which the page knows by whether the
 * alert is to escalate by itself.
 */
export function canEscalate(entry: AlertEntry): boolean {
  const { alert, care } = entry;
  const hasRoom = alert.technical ? care.escalatesAt !== null : alert.level !== "emergency";
  return hasRoom && !alert.acknowledged && !isClosed(entry);
}

export function unacknowledged(list: AlertList): AlertEntry[] {
  return sortEntries(Object.values(list.entries).filter((entry) => !entry.alert.acknowledged));
}

export function acknowledgedOngoing(list: AlertList): AlertEntry[] {
  return sortEntries(Object.values(list.entries).filter((entry) => entry.alert.acknowledged));
}
