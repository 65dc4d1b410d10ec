// The alert list: what each message does to it, and in which order it is shown. Pure.

import type { Alert, AlertChange, Level } from "./messages";

export type AckState = { state: "idle" } | { state: "pending" } | { state: "failed"; reason: string };

export interface AlertEntry {
  alert: Alert;
  ack: AckState;
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
}

export const NO_ALERTS: AlertList = { entries: {}, announcement: null };

export const LEVEL_NAMES: Record<Level, string> = {
  emergency: "Urgence",
  critical: "Critique",
  warning: "Avertissement",
  info: "Information",
};

const RANK: Record<Level, number> = { emergency: 0, critical: 1, warning: 2, info: 3 };
/** How long the page still lists what was acknowledged, if no word of its end comes. */
const KEEP_ACKNOWLEDGED_MS = 60 * 60_000;
const IDLE: AckState = { state: "idle" };

export function changeAlert(list: AlertList, change: AlertChange, alert: Alert, cursor: number | null, now: number): AlertList {
  const known = list.entries[alert.id];
  if (known && isOlderEvent(known, cursor)) return list;
  const next: Alert = {
    ...alert,
    acknowledged: isAcknowledged(change, alert, cursor, known),
    resolved: isResolved(change, alert, known),
  };
  if (next.resolved && next.acknowledged) return without(list, alert.id);
  const entry: AlertEntry = {
    alert: next,
    ack: next.acknowledged ? IDLE : (known?.ack ?? IDLE),
    cursor: cursor ?? known?.cursor ?? null,
    changedAt: now,
  };
  // An alert that waits for an acknowledgement is told of again when its condition is back.
  const isBack = change === "alert" && known?.alert.resolved === true;
  const isNews = !next.resolved && !next.acknowledged && (!known || isBack || change === "alert_escalated");
  return {
    entries: { ...list.entries, [alert.id]: entry },
    announcement: isNews ? announce(list, next, change) : list.announcement,
  };
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
  if (change === "alert_acknowledged") return alert.resolved || (known?.alert.resolved ?? false);
  return change === "alert" && alert.resolved;
}

function announce(list: AlertList, alert: Alert, change: AlertChange): Announcement {
  const verb = change === "alert_escalated" ? "Alerte aggravée" : "Nouvelle alerte";
  return {
    text: `${verb}, ${LEVEL_NAMES[alert.level]} : ${alert.title}. ${alert.message}`,
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
    entry.changedAt >= startedAt || (entry.alert.acknowledged && now - entry.changedAt < KEEP_ACKNOWLEDGED_MS);
  const kept = Object.values(list.entries).filter((entry) => isKept(entry) || alerts.some((one) => one.id === entry.alert.id));
  const older = alerts.filter((alert) => (list.entries[alert.id]?.changedAt ?? 0) < startedAt);
  const entries = Object.fromEntries(kept.map((entry) => [entry.alert.id, entry]));
  return older.reduce((merged, alert) => place(merged, alert, now), { ...list, entries } as AlertList);
}

// A state told by the server, not an event: it also takes back an acknowledgement that an escalation undid meanwhile.
function place(list: AlertList, alert: Alert, now: number): AlertList {
  const known = list.entries[alert.id];
  const isWorse = known !== undefined && RANK[alert.level] < RANK[known.alert.level];
  const next: Alert = { ...alert, resolved: alert.resolved || (!isWorse && (known?.alert.resolved ?? false)) };
  const isNews = !next.acknowledged && !next.resolved && (!known || known.alert.acknowledged || isWorse);
  const entry: AlertEntry = {
    alert: next,
    ack: known?.ack ?? IDLE,
    cursor: known?.cursor ?? null,
    changedAt: known && !isNews ? known.changedAt : now,
  };
  return {
    entries: { ...list.entries, [alert.id]: entry },
    announcement: isNews ? announce(list, next, known ? "alert_escalated" : "alert") : list.announcement,
  };
}

/** After a gap, cursors may have started again: nothing known may hide what comes. */
export function forgetCursors(list: AlertList): AlertList {
  const entries = Object.fromEntries(Object.entries(list.entries).map(([id, entry]) => [id, { ...entry, cursor: null }]));
  return { ...list, entries };
}

export function setAck(list: AlertList, id: number, ack: AckState): AlertList {
  const known = list.entries[id];
  if (!known || known.alert.acknowledged) return list;
  return { ...list, entries: { ...list.entries, [id]: { ...known, ack } } };
}

/** The server says that it was acknowledged before: somebody else was faster. */
export function markAcknowledged(list: AlertList, id: number, now: number): AlertList {
  const known = list.entries[id];
  return known ? changeAlert(list, "alert_acknowledged", known.alert, null, now) : list;
}

function without(list: AlertList, id: number): AlertList {
  const entries = { ...list.entries };
  delete entries[id];
  return { ...list, entries };
}

/** Worst level first, newest first within a level. */
export function sortEntries(entries: readonly AlertEntry[]): AlertEntry[] {
  return [...entries].sort(
    (a, b) => RANK[a.alert.level] - RANK[b.alert.level] || b.alert.createdAt - a.alert.createdAt || b.alert.id - a.alert.id,
  );
}

export function unacknowledged(list: AlertList): AlertEntry[] {
  return sortEntries(Object.values(list.entries).filter((entry) => !entry.alert.acknowledged));
}

export function acknowledgedOngoing(list: AlertList): AlertEntry[] {
  return sortEntries(Object.values(list.entries).filter((entry) => entry.alert.acknowledged));
}
