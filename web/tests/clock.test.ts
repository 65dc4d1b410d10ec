import { expect, test } from "vitest";
import { mergeClock, sampleClock } from "../src/clock";

test("the offset is taken at the middle of the round trip", () => {
  expect(sampleClock(1_000, 1_200, 61_100)).toEqual({ offset: 60_000, error: 100, at: 1_200 });
});

test("a Date header counts for the middle of its second", () => {
  expect(sampleClock(1_000, 1_000, 5_000, 1_000)).toEqual({ offset: 4_500, error: 500, at: 1_000 });
});

test("a round trip that took a sleep teaches nothing", () => {
  expect(sampleClock(1_000, 60_000, 5_000)).toBeNull();
  expect(sampleClock(2_000, 1_000, 5_000)).toBeNull();
});

test("a narrower sample wins, a wider one only when the known one is old or contradicted", () => {
  const narrow = { offset: 100, error: 10, at: 0 };
  expect(mergeClock({ offset: 0, error: 500, at: 0 }, narrow)).toBe(narrow);
  expect(mergeClock(narrow, { offset: 300, error: 500, at: 1_000 })).toBe(narrow);
  const later = { offset: 300, error: 500, at: 61_000 };
  expect(mergeClock(narrow, later)).toBe(later);
  const contradiction = { offset: 3_600_000, error: 500, at: 1_000 };
  expect(mergeClock(narrow, contradiction)).toBe(contradiction);
});
