import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { AlertPanel } from "../src/components/AlertPanel";
import { ConnectionState } from "../src/components/ConnectionState";
import { MeasureLine } from "../src/components/MeasureLine";
import { alignHistories } from "../src/components/Sparkline";
import { formatAge, formatValue, formatWhen } from "../src/format";
import { ROWS } from "../src/measures";
import { emptyWard, momentOf, reduceWard, type WardEvent, type WardState } from "../src/ward";

const T0 = Date.parse("2026-03-01T10:00:00Z");
const row = (key: string) => ROWS.find((one) => one.key === key)!;

function ward(...events: WardEvent[]): WardState {
  const first: WardEvent[] = [
    { kind: "patients", patients: [{ id: 1, identifiant: "patient1", name: "MARTIN Alice", room: "salle1" }] },
    { kind: "clock", sample: { offset: 0, error: 5, at: T0 } },
    { kind: "link", source: 1, status: "up" },
  ];
  return [...first, ...events].reduce((state, event) => reduceWard(state, event, T0), emptyWard(T0));
}

const readings = (measures: Record<string, number>, measuredAt = T0): WardEvent => ({
  kind: "message",
  source: 1,
  message: { type: "readings", readings: Object.entries(measures).map(([measure, value]) => ({ measure, value, measuredAt }) as never) },
});

const line = (state: WardState, key: string): string =>
  renderToStaticMarkup(<MeasureLine row={row(key)} one={state.patients[1]!} moment={momentOf(state)} />);

describe("a measure", () => {
  test("a live value has no word of staleness", () => {
    const html = line(ward(readings({ temperature: 36.5 })), "temperature");
    expect(html).toContain('data-state="live"');
    expect(html).toContain("36,5");
    expect(html).not.toContain("ancien");
  });

  test("a stale value says so in words, with its age and an icon", () => {
    const html = line(ward(readings({ heart_rate: 75 }, T0 - 42_000)), "heart_rate");
    expect(html).toContain('data-state="old"');
    expect(html).toMatch(/<svg[^>]*>.*<\/svg> ancien — il y a 42 s/);
  });

  test("a value behind a lost connection says so", () => {
    const html = line(ward(readings({ heart_rate: 75 }), { kind: "link", source: 1, status: "down" }), "heart_rate");
    expect(html).toContain("connexion perdue — il y a 0 s");
  });

  test("blood pressure is one value, with a dash for the missing half", () => {
    expect(line(ward(readings({ systolic_pressure: 120, diastolic_pressure: 80 })), "blood_pressure")).toContain(">120/80<");
    expect(line(ward(readings({ systolic_pressure: 120 })), "blood_pressure")).toContain(">120/—<");
  });
});

describe("alerts", () => {
  const raised: WardEvent = {
    kind: "message",
    source: "alerts",
    message: {
      type: "alert", change: "alert", cursor: 1,
      alert: { id: 9, patient: 1, level: "emergency", title: "<img src=x>", message: "m", acknowledged: false, createdAt: T0, resolved: false },
    },
  };
  const panel = (state: WardState): string => renderToStaticMarkup(<AlertPanel state={state} onAcknowledge={() => {}} />);

  test("nothing from the network becomes markup", () => {
    const html = panel(ward(raised));
    expect(html).toContain("&lt;img src=x&gt;");
    expect(html).not.toContain("<img");
  });

  test("a level is a word and an icon, not only a colour", () => {
    expect(panel(ward(raised))).toMatch(/level-emergency"><svg.*?<\/svg> Urgence/);
  });

  test("an acknowledgement shows that it is under way, and why it failed", () => {
    expect(panel(ward(raised, { kind: "ack", id: 9, ack: { state: "pending" } }))).toContain("Envoi…");
    const failed = panel(ward(raised, { kind: "ack", id: 9, ack: { state: "failed", reason: "Serveur injoignable." } }));
    expect(failed).toContain("Non acquittée : Serveur injoignable.");
  });

  test("an empty list that may be incomplete is not called clear", () => {
    expect(panel(ward())).not.toContain("Aucune alerte");
  });
});

test("the connection is told in words, with the sockets that are up", () => {
  const partial = renderToStaticMarkup(<ConnectionState state={ward({ kind: "link", source: "alerts", status: "down" })} />);
  expect(partial).toContain("Reconnexion…");
  expect(partial).toContain("1/2");
});

test("a sparkline breaks where nothing came and joins where only the other line has a point", () => {
  const high = { times: [0, 5_000, 60_000], values: [120, 121, 119] };
  const low = { times: [0, 60_000], values: [80, 81] };
  expect(alignHistories([high, low])).toEqual([[0, 5, 5.001, 60], [120, 121, null, 119], [80, undefined, null, 81]]);
});

test("numbers and times read as French", () => {
  expect(formatValue(36.5, 1)).toBe("36,5");
  expect([42_900, 61_000, 3_660_000, 3 * 86_400_000].map(formatAge)).toEqual(["42 s", "1 min", "1 h 01", "3 jours"]);
  expect(formatWhen(T0 - 20 * 3_600_000, T0)).toMatch(/^\d\d\/\d\d \d\d:\d\d:\d\d$/);
});
