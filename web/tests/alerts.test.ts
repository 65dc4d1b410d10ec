import { beforeEach, describe, expect, test } from "vitest";
import { acknowledgedOngoing, changeAlert, forgetCursors, mergeActive, NO_ALERTS, openAlert, replaceAlerts, setAction, tellCare, unacknowledged, unreadCare, type AlertList } from "../src/alerts";
import type { Told } from "../src/alerts";
import type { Care } from "../src/care";
import type { Alert, AlertChange, Level } from "../src/messages";
import { parseAlert } from "../src/messages";
import { areAlertsComplete, emptyWard, reduceWard } from "../src/ward";

const alert = (id: number, level: Level = "critical", changes: Partial<Alert> = {}): Alert => ({
  id, patient: 1, level, title: "Titre", message: "Message", acknowledged: false, createdAt: 1_000 * id, resolved: false, technical: false,
  acknowledgedBy: null, acknowledgedAt: null, ...changes,
});

let list: AlertList;
let now: number;

const hear = (change: AlertChange, one: Alert, cursor: number | null = null, told?: Told): void => {
  list = changeAlert(list, change, one, cursor, now, told);
};
const care = (changes: Partial<Care> = {}): Care => ({
  state: "presente", conditionLevel: "critical", escalatesAt: null, silentUntil: null, assignedTo: null, late: false, ...changes,
});
const updated = (changes: Partial<Care>, detail = "", fact = ""): Told => ({ isLate: false, care: care(changes), fact, detail });
const careOf = (id: number) => list.entries[id]!.care;
const waiting = (): number[] => unacknowledged(list).map((entry) => entry.alert.id);

beforeEach(() => {
  list = NO_ALERTS;
  now = 10_000;
});

describe("the list", () => {
  test("alerts come worst level first, newest first within a level", () => {
    for (const one of [alert(1, "warning"), alert(2, "critical"), alert(3, "emergency"), alert(4, "critical"), alert(5, "info")]) hear("alert", one);
    expect(waiting()).toEqual([3, 4, 2, 1, 5]);
  });

  test("a technical alert comes after the patients' own of its level, and before those of lower levels", () => {
    for (const one of [alert(1), alert(2, "critical", { technical: true }), alert(3, "warning"), alert(4)]) hear("alert", one);
    expect(waiting()).toEqual([4, 1, 2, 3]);
  });

  test("the same alert by two sockets is one alert", () => {
    hear("alert", alert(1), 7);
    hear("alert", alert(1), 7);
    expect(waiting()).toEqual([1]);
    expect(list.announcement?.serial).toBe(1);
  });

  test("an alert that still waits is told of again when its condition is back", () => {
    hear("alert", alert(1), 7);
    hear("alert_resolved", alert(1, "critical", { resolved: true }), 8);
    hear("alert", alert(1), 9);
    expect(list.announcement?.serial).toBe(2);
    expect(list.entries[1]?.alert.resolved).toBe(false);
  });

  test("an unknown level is shown as critical", () => {
    expect(parseAlert({ id: 1, niveau: "grave" })?.level).toBe("critical");
  });
});

describe("acknowledgement", () => {
  test("an acknowledged alert no longer waits", () => {
    hear("alert", alert(1));
    hear("alert_acknowledged", alert(1, "critical", { acknowledged: true }));
    expect(waiting()).toEqual([]);
    expect(acknowledgedOngoing(list)).toHaveLength(1);
  });

  test("an escalation takes the acknowledgement back", () => {
    hear("alert_acknowledged", alert(1, "critical", { acknowledged: true }), 5);
    hear("alert_escalated", alert(1, "emergency"), 6);
    expect(waiting()).toEqual([1]);
    expect(list.announcement).toMatchObject({ urgent: true });
  });

  test("a repeated older event does not bring an acknowledged alert back", () => {
    hear("alert", alert(1), 5);
    hear("alert_acknowledged", alert(1, "critical", { acknowledged: true }), 6);
    hear("alert", alert(1), 5);
    hear("alert_escalated", alert(1, "emergency"), 4);
    expect(waiting()).toEqual([]);
  });

  test("after a gap an event with a smaller cursor is heard", () => {
    hear("alert", alert(1), 900);
    list = forgetCursors(list);
    hear("alert_acknowledged", alert(1, "critical", { acknowledged: true }), 3);
    expect(waiting()).toEqual([]);
  });

  test("a failed acknowledgement says why and leaves the alert waiting", () => {
    hear("alert", alert(1));
    list = setAction(list, 1, { state: "pending", action: "acknowledge" });
    list = setAction(list, 1, { state: "failed", action: "acknowledge", reason: "Serveur injoignable." });
    expect(unacknowledged(list)[0]?.action).toMatchObject({ state: "failed", reason: "Serveur injoignable." });
  });

  test("a resolved alert waits for its acknowledgement, and goes with it", () => {
    hear("alert", alert(1));
    hear("alert_resolved", alert(1));
    expect(unacknowledged(list)[0]?.alert.resolved).toBe(true);
    hear("alert_acknowledged", alert(1, "critical", { acknowledged: true }));
    expect(list.entries).toEqual({});
  });

  test("an acknowledgement by somebody else is an acknowledgement", () => {
    let state = emptyWard(now);
    state = reduceWard(state, { kind: "message", source: 1, message: { type: "alert", change: "alert", alert: alert(4), cursor: 1, isLate: false, care: null, fact: "", detail: "" } }, now);
    state = reduceWard(state, { kind: "action", id: 4, action: { state: "pending", action: "acknowledge" } }, now);
    state = reduceWard(state, { kind: "message", source: "alerts", message: { type: "error", code: "already_acknowledged", message: "", alertId: 4 } }, now);
    expect(unacknowledged(state.alerts)).toEqual([]);
  });
});

describe("what is done about an alert", () => {
  const entry = (what: string, detail = "", by: number | null = 7) => ({ at: 5_000, what, level: "critical", by, detail });

  test("an update tells the silence and whom it was given to, and leaves the alert waiting", () => {
    hear("alert", alert(1), 1);
    hear("alert_updated", alert(1), 2, updated({ silentUntil: 99_000, assignedTo: 7 }));
    expect(careOf(1)).toMatchObject({ silentUntil: 99_000, assignedTo: 7 });
    expect(waiting()).toEqual([1]);
    expect(list.announcement?.serial).toBe(1);
  });

  test.each(["alert_escalated", "alert_acknowledged", "alert"] as const)("%s ends a silence", (change) => {
    hear("alert", alert(1), 1);
    hear("alert_updated", alert(1), 2, updated({ silentUntil: 99_000 }));
    hear(change, alert(1, "emergency", { acknowledged: change === "alert_acknowledged" }), 3);
    expect(careOf(1).silentUntil).toBeNull();
  });

  test("a critical alert whose condition is over waits; a warning is closed", () => {
    hear("alert", alert(1, "critical"), 1);
    hear("alert", alert(2, "warning"), 2);
    hear("alert_resolved", alert(1, "critical"), 3);
    hear("alert_resolved", alert(2, "warning"), 4);
    expect([careOf(1).state, careOf(2).state]).toEqual(["verrouillee", "close"]);
  });

  test("a late alert is never present", () => {
    hear("alert", alert(1), 1, { isLate: true, care: null, fact: "", detail: "" });
    expect(careOf(1)).toMatchObject({ late: true, state: "verrouillee" });
  });

  test("the account tells the last comment, its author, and whether somebody opened the alert by hand", () => {
    hear("alert", alert(1), 1);
    const account = [entry("raised"), entry("commented", "un"), entry("commented", "deux"), entry("assigned", "4")];
    list = tellCare(list, alert(1), care({ state: "verrouillee", assignedTo: 4 }), account, now + 1, now + 5);
    expect(careOf(1)).toMatchObject({ comment: { text: "deux", by: 7, at: 5_000 }, isMade: true, assignedTo: 4, isRead: true });
    expect(list.entries[1]!.alert.resolved).toBe(true);
    list = tellCare(list, alert(1), care({ state: "verrouillee" }), [...account, entry("resolved")], now + 1, now + 5);
    expect(careOf(1).isMade).toBe(false);
  });

  test("the text of an update that does not say what was done is a comment only when it changes nothing else", () => {
    hear("alert", alert(1), 1);
    list = tellCare(list, alert(1), care(), [], now + 1, now + 1);
    hear("alert_updated", alert(1), 2, updated({ assignedTo: 4 }, "4"));
    expect(careOf(1).comment).toBeNull();
    hear("alert_updated", alert(1), 3, updated({ assignedTo: 4 }, "Patient vu."));
    expect(careOf(1).comment).toEqual({ text: "Patient vu.", by: null, at: null });
    expect(unreadCare(list)).toEqual([1]);
  });

  test("an update that says what was done is a comment when it says so, and only then", () => {
    hear("alert", alert(1), 1);
    hear("alert_updated", alert(1), 2, updated({}, "4", "commented"));
    expect(careOf(1).comment).toEqual({ text: "4", by: null, at: null });
    list = tellCare(list, alert(1), care({ assignedTo: 4 }), [], now + 1, now + 1);
    hear("alert_updated", alert(1), 3, updated({ assignedTo: 4 }, "4", "assigned"));
    expect(careOf(1)).toMatchObject({ comment: null, isRead: true });
    hear("alert_updated", alert(1), 4, updated({ assignedTo: 5 }, "Patient vu.", "commented"));
    expect(careOf(1)).toMatchObject({ comment: { text: "Patient vu." }, assignedTo: 5, isRead: false });
  });

  test("an answer older than what was heard meanwhile changes nothing", () => {
    hear("alert", alert(1), 1);
    now = 20_000;
    hear("alert_escalated", alert(1, "emergency"), 2);
    list = tellCare(list, alert(1), care({ silentUntil: 99_000 }), [], 15_000, 21_000);
    expect(list.entries[1]).toMatchObject({ alert: { level: "emergency" }, care: { silentUntil: null } });
  });

  test("what was refused is forgotten when the alert changes; what is under way is not", () => {
    hear("alert", alert(1), 1);
    list = setAction(list, 1, { state: "failed", action: "silence", reason: "non" });
    hear("alert_escalated", alert(1, "emergency"), 2);
    expect(list.entries[1]!.action).toEqual({ state: "idle" });
    list = setAction(list, 1, { state: "pending", action: "silence" });
    hear("alert_updated", alert(1, "emergency"), 3, updated({}));
    expect(list.entries[1]!.action.state).toBe("pending");
  });

  test("an update of an alert that is not listed and acknowledged lists nothing", () => {
    hear("alert_updated", alert(9, "critical", { acknowledged: true }), 1, updated({ state: "close" }, "vu"));
    expect(list.entries).toEqual({});
  });

  test("an alert that is over stays while somebody looks at it, and goes then", () => {
    hear("alert", alert(1), 1);
    hear("alert_resolved", alert(1), 2);
    list = openAlert(list, 1);
    hear("alert_acknowledged", alert(1, "critical", { acknowledged: true }), 3);
    list = replaceAlerts(list, [], 90_000_000, 90_000_001);
    expect(list.entries[1]).toMatchObject({ alert: { acknowledged: true, resolved: true }, care: { state: "close" } });
    expect(openAlert(list, null).entries).toEqual({});
  });

  test("accounts are read of the worst first, and again after a gap", () => {
    hear("alert", alert(1, "warning"));
    hear("alert", alert(2, "emergency"));
    expect(unreadCare(list)).toEqual([2, 1]);
    list = tellCare(list, alert(2, "emergency"), care(), [], now + 1, now + 1);
    expect(unreadCare(list)).toEqual([1]);
    let state = { ...emptyWard(now), alerts: list };
    state = reduceWard(state, { kind: "message", source: "alerts", message: { type: "gap" } }, now + 2);
    expect(unreadCare(state.alerts)).toEqual([2, 1]);
  });
});

describe("lists told by the server", () => {
  test("what REST does not name any more is gone", () => {
    hear("alert", alert(1));
    hear("alert", alert(2));
    now = 20_000;
    list = replaceAlerts(list, [alert(2)], 15_000, now);
    expect(waiting()).toEqual([2]);
  });

  test("an alert raised while REST was being read stays", () => {
    now = 16_000;
    hear("alert", alert(3));
    list = replaceAlerts(list, [], 15_000, 17_000);
    expect(waiting()).toEqual([3]);
  });

  test("an alert acknowledged while REST was being read stays acknowledged", () => {
    hear("alert", alert(3));
    now = 16_000;
    hear("alert_acknowledged", alert(3, "critical", { acknowledged: true }));
    list = replaceAlerts(list, [alert(3)], 15_000, 17_000);
    expect(waiting()).toEqual([]);
  });

  test("an escalation missed while offline shows in the active alerts", () => {
    hear("alert_acknowledged", alert(1, "critical", { acknowledged: true }), 9);
    list = mergeActive(list, [alert(1, "emergency")], 20_000);
    expect(waiting()).toEqual([1]);
  });

  test("an acknowledgement under way survives a fresh list", () => {
    hear("alert", alert(1));
    list = setAction(list, 1, { state: "pending", action: "acknowledge" });
    list = replaceAlerts(list, [alert(1)], 15_000, 17_000);
    expect(unacknowledged(list)[0]?.action.state).toBe("pending");
  });

  test("an empty list is good news only when it was read since the alerts' socket is up", () => {
    let state = emptyWard(now);
    expect(areAlertsComplete(state)).toBe(false);
    state = reduceWard(state, { kind: "link", source: "alerts", status: "up" }, now + 1_000);
    expect(areAlertsComplete(state)).toBe(false);
    state = reduceWard(state, { kind: "alerts", alerts: [], startedAt: now + 1_001 }, now + 1_100);
    expect(areAlertsComplete(state)).toBe(true);
    state = reduceWard(state, { kind: "link", source: "alerts", status: "down" }, now + 2_000);
    expect(areAlertsComplete(state)).toBe(false);
  });
});
