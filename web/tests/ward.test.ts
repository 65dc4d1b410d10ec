import { beforeEach, describe, expect, test } from "vitest";
import { judge, judgeAll, STALE_AFTER_MS, type Freshness } from "../src/freshness";
import { parseMessage, type Patient } from "../src/messages";
import {
  connectionOf, emptyWard, HISTORY_MS, MAX_POINTS, momentOf, reduceWard, roomsOf, type WardEvent, type WardState,
} from "../src/ward";

const T0 = Date.parse("2026-03-01T10:00:00Z");
const PATIENT: Patient = { id: 1, identifiant: "patient1", name: "MARTIN Alice", room: "salle1" };

let now: number;
let state: WardState;

const send = (event: WardEvent): void => {
  state = reduceWard(state, event, now);
};

/** Lets time pass second by second, as the page's ticker does. */
const pass = (ms: number): void => {
  for (const end = now + ms; now < end; ) {
    now = Math.min(now + 1_000, end);
    send({ kind: "tick" });
  }
};

const frame = (data: object, measuredAt = now): void => {
  const message = parseMessage({ type: "sensor_data", patient_id: 1, data, timestamp: new Date(measuredAt).toISOString() })!;
  send({ kind: "message", source: 1, message });
};

const syncClock = (offset = 0): void => send({ kind: "clock", sample: { offset, error: 5, at: now } });
const shown = () => state.patients[1]!.measures.heart_rate!.shown;
const freshness = (): Freshness => judge(shown(), state.patients[1]!.link.status, momentOf(state)).freshness;

beforeEach(() => {
  now = T0;
  state = emptyWard(now);
  send({ kind: "patients", patients: [PATIENT] });
  send({ kind: "link", source: 1, status: "up" });
  send({ kind: "link", source: "alerts", status: "up" });
  syncClock();
});

describe("a stale value must never look live", () => {
  test("a value is live up to fifteen seconds and old after", () => {
    frame({ heart_rate: 75 });
    pass(STALE_AFTER_MS);
    expect(freshness()).toBe("live");
    pass(1_000);
    expect(freshness()).toBe("old");
  });

  test("a new frame makes it live again", () => {
    frame({ heart_rate: 75 });
    pass(30_000);
    frame({ heart_rate: 76 });
    expect(freshness()).toBe("live");
  });

  test("a value of a lost connection is not live, however young", () => {
    frame({ heart_rate: 75 });
    send({ kind: "link", source: 1, status: "down" });
    expect(freshness()).toBe("lost");
  });

  test("a retry of a lost connection is still a lost connection", () => {
    send({ kind: "link", source: 1, status: "down" });
    send({ kind: "link", source: 1, status: "connecting" });
    expect(state.patients[1]!.link.status).toBe("down");
  });

  test("after a sleep nothing is live before a new frame", () => {
    frame({ heart_rate: 75 });
    now += 8_000;
    send({ kind: "tick" });
    syncClock();
    expect(freshness()).toBe("old");
    frame({ heart_rate: 76 });
    expect(freshness()).toBe("live");
  });

  test("a frame held up by the sleep is judged by the server's time, learnt again", () => {
    const beforeSleep = now;
    now += 600_000;
    frame({ heart_rate: 75 }, beforeSleep);
    expect(freshness()).toBe("old");
    syncClock();
    expect(freshness()).toBe("old");
  });

  test("a local clock set back is treated like a sleep", () => {
    frame({ heart_rate: 75 });
    now -= 3_600_000;
    send({ kind: "tick" });
    expect(state.clock).toBeNull();
    expect(freshness()).toBe("old");
  });

  test("a value read over REST is not live before a frame confirms it", () => {
    send({ kind: "prefill", patient: 1, readings: [{ measure: "heart_rate", value: 75, measuredAt: now - 1_000 }] });
    expect(freshness()).toBe("old");
    expect(judge(shown(), "up", momentOf(state)).ageMs).toBe(1_000);
  });

  test("a replayed old reading is shown with its true age", () => {
    frame({ heart_rate: 75 }, now - 120_000);
    expect(freshness()).toBe("old");
    expect(judge(shown(), "up", momentOf(state)).ageMs).toBe(120_000);
  });

  test("a device whose clock is ahead does not look live for longer", () => {
    frame({ heart_rate: 75 }, now + 240_000);
    pass(STALE_AFTER_MS + 1_000);
    expect(freshness()).toBe("old");
  });

  test("a device whose clock is put right goes on being shown", () => {
    frame({ heart_rate: 75 }, now + 240_000);
    pass(5_000);
    frame({ heart_rate: 80 });
    expect(shown().value).toBe(80);
    expect(freshness()).toBe("live");
  });

  test("a time ahead that came before the server's time was known is put right with it", () => {
    state = { ...state, clock: null };
    frame({ heart_rate: 75 }, now + 240_000);
    syncClock();
    pass(5_000);
    frame({ heart_rate: 80 });
    expect(shown().value).toBe(80);
  });

  test("nothing is live while the server's time is unknown", () => {
    state = { ...state, clock: null };
    frame({ heart_rate: 75 });
    expect(freshness()).toBe("old");
  });

  test("a wrong clock of this computer changes no age", () => {
    for (const wrong of [-3_600_000, 3_600_000]) {
      state = { ...state, clock: null };
      syncClock(wrong);
      frame({ heart_rate: 75 }, now + wrong);
      expect(freshness()).toBe("live");
      frame({ heart_rate: 75 }, now + wrong + 1);
      pass(STALE_AFTER_MS + 1_000);
      expect(freshness()).toBe("old");
    }
  });

  test("a pair is as old as its older half", () => {
    frame({ systolic_pressure: 120, diastolic_pressure: 80 });
    pass(10_000);
    frame({ systolic_pressure: 121 });
    pass(8_000);
    const { systolic_pressure: high, diastolic_pressure: low } = state.patients[1]!.measures;
    expect(judge(high!.shown, "up", momentOf(state)).freshness).toBe("live");
    expect(judgeAll([high!.shown, low!.shown], "up", momentOf(state))).toEqual({ freshness: "old", ageMs: 18_000 });
  });
});

describe("late readings", () => {
  test("a late reading never moves the shown value backwards", () => {
    frame({ heart_rate: 75 });
    pass(1_000);
    frame({ heart_rate: 140 }, now - 60_000);
    expect(shown()).toMatchObject({ value: 75, measuredAt: T0 });
  });

  test("a late reading takes its place in the history", () => {
    frame({ heart_rate: 70 }, now - 10_000);
    frame({ heart_rate: 75 });
    frame({ heart_rate: 72 }, now - 5_000);
    expect(state.patients[1]!.measures.heart_rate!.history).toEqual({ times: [T0 - 10_000, T0 - 5_000, T0], values: [70, 72, 75] });
  });

  test("each measure has its own newest time", () => {
    frame({ heart_rate: 75 });
    frame({ temperature: 36.5 }, now - 8_000);
    expect(state.patients[1]!.measures.temperature!.shown.value).toBe(36.5);
  });

  test("REST never replaces what a frame showed", () => {
    frame({ heart_rate: 75 });
    send({ kind: "prefill", patient: 1, readings: [{ measure: "heart_rate", value: 75, measuredAt: T0 }] });
    expect(shown().framedAt).toBe(T0);
  });
});

describe("memory", () => {
  test("history keeps five minutes", () => {
    for (let i = 0; i < 200; i += 1) {
      frame({ heart_rate: 60 + (i % 20) });
      pass(5_000);
    }
    const { times } = state.patients[1]!.measures.heart_rate!.history;
    expect(times[times.length - 1]! - times[0]!).toBeLessThanOrEqual(HISTORY_MS);
    expect(times).toHaveLength(61);
  });

  test("history is bounded however fast readings come", () => {
    for (let i = 0; i < 2 * MAX_POINTS; i += 1) {
      now += 20;
      frame({ heart_rate: 70 });
    }
    expect(state.patients[1]!.measures.heart_rate!.history.times).toHaveLength(MAX_POINTS);
  });
});

describe("messages", () => {
  test("what is not a known measure or not a number is not shown", () => {
    frame({ heart_rate: "75", inconnu: 3, temperature: NaN, glucose: 100, timestamp: 123 });
    expect(Object.keys(state.patients[1]!.measures)).toEqual(["glucose"]);
  });

  test("anything malformed is no message", () => {
    for (const bad of [null, 3, "x", [], {}, { type: "sensor_data" }, { type: "alert", alert: [] }, { type: "sensor_data", data: { heart_rate: 7 }, timestamp: "hier" }]) {
      expect(parseMessage(bad)).toBeNull();
    }
  });

  test("an unknown patient's reading changes nothing", () => {
    const before = state;
    send({ kind: "message", source: 99, message: { type: "readings", readings: [{ measure: "heart_rate", value: 1, measuredAt: now }] } });
    expect(state.patients).toBe(before.patients);
  });
});

describe("connection state", () => {
  test("it is live only when every socket is up", () => {
    expect(connectionOf(state)).toBe("live");
    send({ kind: "link", source: "alerts", status: "down" });
    expect(connectionOf(state)).toBe("partial");
  });

  test("it is offline since the last socket fell, whatever retries follow", () => {
    pass(3_000);
    send({ kind: "link", source: "alerts", status: "down" });
    pass(4_000);
    send({ kind: "link", source: 1, status: "down" });
    pass(10_000);
    send({ kind: "link", source: 1, status: "connecting" });
    expect(connectionOf(state)).toBe("offline");
    expect(state.offlineSince).toBe(T0 + 7_000);
  });

  test("a patient who leaves is no longer counted, and one who stays keeps the values", () => {
    frame({ heart_rate: 75 });
    send({ kind: "patients", patients: [PATIENT, { ...PATIENT, id: 2, identifiant: "patient2" }] });
    expect(connectionOf(state)).toBe("partial");
    send({ kind: "patients", patients: [PATIENT] });
    expect(connectionOf(state)).toBe("live");
    expect(shown().value).toBe(75);
  });
});

test("rooms and patients come in the order people count, those without a room last", () => {
  const patient = (id: number, identifiant: string, room: string): Patient => ({ id, identifiant, name: identifiant, room });
  send({ kind: "patients", patients: [patient(1, "patient10", "salle2"), patient(2, "patient2", "salle2"), patient(3, "p", ""), patient(4, "q", "salle10")] });
  expect(roomsOf(state.patients).map((room) => [room.name, room.patients.map((one) => one.patient.identifiant)])).toEqual([
    ["salle2", ["patient2", "patient10"]],
    ["salle10", ["q"]],
    ["", ["p"]],
  ]);
});
