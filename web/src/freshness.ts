// THE rule of this page: a stale value must never look live. One pure function decides, and every place that shows
// a value asks it.

/** Three of the sensors' 5 s intervals. */
export const STALE_AFTER_MS = 15_000;
/** A pause of the 1 s ticker longer than this means that the computer slept or its clock was set. */
export const WAKE_GAP_MS = 5_000;

export type LinkStatus = "connecting" | "up" | "down";

/** The newest value of a measure, and how it came. */
export interface Shown {
  value: number;
  /** Server time, ms, never later than the server's clock when it arrived. */
  measuredAt: number;
  /** Local time of the frame that brought it, ms; null when it was read over REST and no frame confirmed it. */
  framedAt: number | null;
}

export interface Moment {
  /** Local time, ms. */
  now: number;
  /** Server clock minus local clock, ms; null while unknown. */
  clockOffset: number | null;
  /** Local time of the last wake-up, ms. */
  wokeAt: number;
}

export type Freshness = "live" | "old" | "lost" | "connecting";

export interface Judgement {
  freshness: Freshness;
  ageMs: number;
}

export function judge(shown: Shown, link: LinkStatus, moment: Moment): Judgement {
  const ageMs = ageOf(shown, moment);
  if (link === "down") return { freshness: "lost", ageMs };
  if (link === "connecting") return { freshness: "connecting", ageMs };
  return { freshness: isLive(shown, ageMs, moment) ? "live" : "old", ageMs };
}

/** Several measures shown as one are as old as the oldest. */
export function judgeAll(parts: readonly Shown[], link: LinkStatus, moment: Moment): Judgement {
  const judged = parts.map((part) => judge(part, link, moment));
  const ageMs = Math.max(...judged.map((one) => one.ageMs));
  const worst = judged.find((one) => one.freshness !== "live");
  return { freshness: worst?.freshness ?? "live", ageMs };
}

function isLive(shown: Shown, ageMs: number, moment: Moment): boolean {
  if (shown.framedAt === null || moment.clockOffset === null) return false;
  if (shown.framedAt < moment.wokeAt) return false;
  return ageMs <= STALE_AFTER_MS;
}

// The older of "since it was measured" and "since it arrived": a device whose clock is ahead cannot look live for longer.
function ageOf(shown: Shown, moment: Moment): number {
  const sinceMeasured = moment.now + (moment.clockOffset ?? 0) - shown.measuredAt;
  const sinceFramed = shown.framedAt === null ? 0 : moment.now - shown.framedAt;
  return Math.max(sinceMeasured, sinceFramed, 0);
}
