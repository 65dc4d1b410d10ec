import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { AlertPanel } from "../src/components/AlertPanel";
import { ConnectionState } from "../src/components/ConnectionState";
import { MeasureLine } from "../src/components/MeasureLine";
import { alignHistories } from "../src/components/Sparkline";
import { formatAge, formatValue, formatWhen, withLocalTimes } from "../src/format";
import { ROWS } from "../src/measures";
import type { Care } from "../src/care";
import { AlertMore } from "../src/components/AlertMore";
import { News2Line } from "../src/components/News2Line";
import { SystemBanner } from "../src/components/SystemBanner";
import type { Alert } from "../src/messages";
import { parseUser } from "../src/permissions";
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

const ALERT: Alert = {
  id: 9, patient: 1, level: "emergency", title: "<img src=x>", message: "m", acknowledged: false, createdAt: T0, resolved: false,
  technical: false, acknowledgedBy: null, acknowledgedAt: null,
};

describe("alerts", () => {
  const raised: WardEvent = {
    kind: "message",
    source: "alerts",
    message: {
      type: "alert", change: "alert", cursor: 1, isLate: false, care: null, fact: "", detail: "", alert: ALERT,
    },
  };
  const panel = (state: WardState): string => renderToStaticMarkup(<AlertPanel state={state} onAct={() => Promise.resolve(false)} onShowAccount={() => {}} />);

  test("nothing from the network becomes markup", () => {
    const html = panel(ward(raised));
    expect(html).toContain("&lt;img src=x&gt;");
    expect(html).not.toContain("<img");
  });

  test("a level is a word and an icon, not only a colour", () => {
    expect(panel(ward(raised))).toMatch(/level-emergency"><svg.*?<\/svg> Urgence/);
  });

  test("an acknowledgement shows that it is under way, and why it failed", () => {
    expect(panel(ward(raised, { kind: "action", id: 9, action: { state: "pending", action: "acknowledge" } }))).toContain("Envoi…");
    const failed = panel(ward(raised, { kind: "action", id: 9, action: { state: "failed", action: "acknowledge", reason: "Serveur injoignable." } }));
    expect(failed).toContain("Non acquittée : Serveur injoignable.");
  });

  test("an empty list that may be incomplete is not called clear", () => {
    expect(panel(ward())).not.toContain("Aucune alerte");
  });
});

describe("what is done about an alert", () => {
  const told = (alert: Partial<Alert>, care: Partial<Care> = {}): WardEvent => ({
    kind: "message", source: "alerts",
    message: {
      type: "alert", change: "alert_updated", cursor: 1, isLate: false, fact: "", detail: "", alert: { ...ALERT, title: "T", ...alert },
      care: { state: "presente", conditionLevel: null, escalatesAt: null, silentUntil: null, assignedTo: null, late: false, ...care },
    },
  });
  const me = (role: string): WardEvent => ({ kind: "me", user: { id: 1, name: "demo", role, isActive: true } });
  const panel = (...events: WardEvent[]): string =>
    renderToStaticMarkup(<AlertPanel state={ward(...events)} onAct={() => Promise.resolve(false)} onShowAccount={() => {}} />);
  const more = (state: WardState): string =>
    renderToStaticMarkup(<AlertMore entry={state.alerts.entries[9]!} state={state} serverNow={T0} onAct={() => Promise.resolve(false)} />);

  test("a silenced alert stays in the list and says until when, and for how long yet", () => {
    const html = panel(told({}, { silentUntil: T0 + 272_000 }));
    expect(html).toContain('data-testid="alert-9"');
    expect(html).toMatch(/Silence jusqu’à \d\d:\d\d \(encore 4\u00a0min\u00a032\)/);
  });

  test("a silence ends by itself, without a word from the server", () => {
    expect(panel(told({}, { silentUntil: T0 }))).not.toContain("Silence jusqu");
  });

  test("a technical alert and a late one say so in words", () => {
    expect(panel(told({ technical: true }))).toMatch(/<\/svg> Technique/);
    expect(panel(told({}, { late: true, state: "verrouillee" }))).toMatch(/Tardive.*Mesure tardive, à acquitter/);
  });

  test("a condition that is over waits for its acknowledgement in words", () => {
    expect(panel(told({ resolved: true }, { state: "verrouillee" }))).toContain("Condition passée, à acquitter");
  });

  test("who only looks is offered no action, but the account", () => {
    const html = panel(told({}), me("integrateur"));
    expect(html).not.toContain('data-testid="ack-9"');
    expect(html).not.toContain('data-testid="silence-9"');
    expect(html).toContain('data-testid="more-9"');
  });

  test("escalation is offered to those who may, and not above an emergency", () => {
    expect(more(ward(told({ level: "critical" }), me("medecin")))).toContain("escalate-9");
    expect(more(ward(told({ level: "critical" }), me("infirmier")))).not.toContain("escalate-9");
    expect(more(ward(told({ level: "emergency" }), me("medecin")))).not.toContain("escalate-9");
  });

  test.each(["medecin", "infirmier"])("%s may give it to a colleague by name, whose name is shown then", (role) => {
    const carers: WardEvent = { kind: "users", users: [1, 3].map((id) => parseUser({ id, username: `soignant${id}`, role: "infirmier" })!) };
    const html = more(ward(told({}), me(role), carers));
    expect(html).toContain(">À soignant3</option>");
    expect(html).not.toContain("soignant1");
    expect(panel(told({}, { assignedTo: 3 }), me(role), carers)).toContain("Confiée à soignant3");
  });

  test("escalation of a technical alert is offered while it would escalate by itself: its ceiling is its own", () => {
    const technical = { level: "warning", technical: true } as const;
    expect(more(ward(told(technical, { escalatesAt: T0 + 60_000 }), me("medecin")))).toContain("escalate-9");
    expect(more(ward(told(technical), me("medecin")))).not.toContain("escalate-9");
  });

  test("the account is text, newest first, with names where they are known", () => {
    const entries = [
      { at: T0 - 2_000, what: "raised", level: "critical", by: null, detail: "" },
      { at: T0 - 1_000, what: "commented", level: "critical", by: 4, detail: "<b>vu</b>" },
    ];
    let state = ward(told({}), me("infirmier"));
    state = reduceWard(state, { kind: "account_shown", id: 9 }, T0);
    expect(more(state)).toContain("Lecture…");
    state = { ...state, account: { alert: 9, entries, problem: null } };
    expect(more(state)).toMatch(/&lt;b&gt;vu&lt;\/b&gt;.*par utilisateur n° 4.*Déclenchée : critique.*par le serveur/);
  });
});

describe("faults of the server", () => {
  const system = (changes: object = {}): WardEvent => ({
    kind: "message", source: "alerts",
    message: { type: "system_alert", alert: { condition: "journal", isPresent: true, isWarning: false, message: "Le journal prend du retard.", since: T0, ...changes } },
  });
  const banner = (...events: WardEvent[]): string => renderToStaticMarkup(<SystemBanner state={ward(...events)} />);
  const up: WardEvent = { kind: "link", source: "alerts", status: "up" };

  test("are announced with the time of their begin, and go when they end", () => {
    expect(banner(up, system())).toMatch(/role="alert".*Système :.*Le journal prend du retard\. \(depuis <time[^>]*>\d\d:\d\d<\/time>\)/);
    expect(banner(up, system(), system({ isPresent: false }))).not.toContain("Système");
  });

  test("are the last known ones while the connection is lost, and forgotten when it is back", () => {
    const down: WardEvent = { kind: "link", source: "alerts", status: "down" };
    expect(banner(up, system(), down)).toContain("— dernier état connu");
    expect(banner(up, system(), down, up)).not.toContain("Système");
  });

  test("are bounded in number", () => {
    const many = Array.from({ length: 50 }, (_, i) => system({ condition: `c${i}` }));
    expect(banner(up, ...many).match(/data-condition/g)).toHaveLength(20);
  });
});

test("NEWS2 is told as a lower bound with what it is made of, and as old when it is", () => {
  const news2 = {
    score: 5, known: 4, of: 7, isPartial: true, computedAt: T0,
    parts: [{ measure: "temperature", value: 39.2, unit: "°C", points: 2, measuredAt: T0 }],
  };
  const line = (isLinkUp: boolean, serverNow: number): string =>
    renderToStaticMarkup(<News2Line identifiant="p" news2={news2} isLinkUp={isLinkUp} serverNow={serverNow} />);
  expect(line(true, T0)).toMatch(/NEWS2 partiel ≥ 5 \(4 sur 7\).*Température 39,2 °C.*2 points/);
  expect(line(true, T0)).toContain('data-state="current"');
  expect(line(false, T0)).toContain("ancien");
  expect(line(true, T0 + 301_000)).toContain("ancien");
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
  expect(withLocalTimes("mesurée le 2026-03-01T10:00:00.125Z, le 5")).toMatch(/^mesurée le 01\/03 \d\d:00:00, le 5$/);
  expect(formatWhen(T0 - 20 * 3_600_000, T0)).toMatch(/^\d\d\/\d\d \d\d:\d\d:\d\d$/);
});
