// A patient's NEWS2 as the server computes it: partial, a lower bound. When to ask again, and when a score is old. Pure.

import { isFields, number, parseTime, text } from "./fields";
import type { MeasureKey } from "./measures";

export interface News2Part {
  measure: string;
  value: number;
  unit: string;
  points: number;
  /** Server time, ms. */
  measuredAt: number;
}

export interface News2 {
  score: number;
  known: number;
  of: number;
  isPartial: boolean;
  parts: News2Part[];
  /** Server time, ms. */
  computedAt: number;
}

export interface News2State {
  news2: News2 | null;
  /** Local time of the last question, ms; 0: never. */
  askedAt: number;
  /** Something came since then that may change the score. */
  isDue: boolean;
}

export const NO_NEWS2: News2State = { news2: null, askedAt: 0, isDue: true };

/** A patient is asked about at most this often, however fast the values change. */
export const ASK_AT_MOST_MS = 60_000;
/** And at least this often: values become too old by the time alone. */
export const ASK_AT_LEAST_MS = 150_000;
/** After an alert the patient is asked about sooner, with this pause. */
const AFTER_ALERT_MS = 10_000;
/** A score of before this is not shown as of now. */
export const OLD_AFTER_MS = 300_000;

const SCORED: readonly MeasureKey[] = ["respiratory_rate", "oxygen_saturation", "systolic_pressure", "heart_rate", "temperature"];

export function parseNews2(value: unknown): News2 | null {
  if (!isFields(value)) return null;
  const score = number(value["score"]);
  const known = number(value["parametres_connus"]);
  const of = number(value["parametres"]);
  const computedAt = parseTime(value["calcule_le"]);
  if (score === null || known === null || of === null || computedAt === null) return null;
  const detail: unknown[] = Array.isArray(value["detail"]) ? value["detail"] : [];
  const parts = detail.map(parsePart).filter((part): part is News2Part => part !== null);
  return { score, known, of, isPartial: value["partiel"] !== false, parts, computedAt };
}

function parsePart(value: unknown): News2Part | null {
  if (!isFields(value)) return null;
  const points = number(value["points"]);
  const amount = number(value["valeur"]);
  const measuredAt = parseTime(value["mesure_le"]);
  if (points === null || amount === null || measuredAt === null) return null;
  return { measure: text(value["type_donnee"]), value: amount, unit: text(value["unite"]), points, measuredAt };
}

/** Whether a reading may change the score that is shown. */
export function mayChangeScore(state: News2State, measure: MeasureKey, value: number): boolean {
  if (state.isDue || !SCORED.includes(measure)) return state.isDue;
  const known = state.news2?.parts.find((part) => part.measure === measure);
  return known === undefined || rounded(measure, known.value) !== rounded(measure, value);
}

// As the score rounds: whole numbers, the temperature to 0.1 °C.
function rounded(measure: MeasureKey, value: number): number {
  return measure === "temperature" ? Math.round(value * 10) : Math.round(value);
}

/** An alert of the patient: the score has probably changed. */
export function hasten(state: News2State, now: number): News2State {
  return { ...state, isDue: true, askedAt: Math.min(state.askedAt, now - ASK_AT_MOST_MS + AFTER_ALERT_MS) };
}

/** The patient to ask about now: who has waited longest of those whose score may have changed. Null: nobody. */
export function nextToAsk(states: ReadonlyMap<number, News2State>, now: number): number | null {
  let next: number | null = null;
  let oldest = Infinity;
  for (const [patient, { askedAt, isDue }] of states) {
    const waited = now - askedAt;
    // A local clock that was set back must not stop the questions.
    const isTime = waited < 0 || waited >= (isDue ? ASK_AT_MOST_MS : ASK_AT_LEAST_MS);
    if (isTime && askedAt < oldest) [next, oldest] = [patient, askedAt];
  }
  return next;
}

export function isNews2Old(news2: News2, isLinkUp: boolean, serverNow: number): boolean {
  return !isLinkUp || serverNow - news2.computedAt > OLD_AFTER_MS;
}

export function wordNews2(news2: News2): string {
  if (news2.known === 0) return "NEWS2 : aucun paramètre récent";
  const score = news2.isPartial ? `partiel ≥ ${news2.score}` : `${news2.score}`;
  return `NEWS2 ${score} (${news2.known} sur ${news2.of})`;
}
