import { beforeEach, describe, expect, test } from "vitest";
import { acknowledgedOngoing, changeAlert, forgetCursors, mergeActive, NO_ALERTS, replaceAlerts, setAck, unacknowledged, type AlertList } from "../src/alerts";
import type { Alert, AlertChange, Level } from "../src/messages";
import { parseAlert } from "../src/messages";
import { areAlertsComplete, emptyWard, reduceWard } from "../src/ward";

const alert = (id: number, level: Level = "critical", changes: Partial<Alert> = {}): Alert => ({
  id, patient: 1, level, title: "Titre", message: "Message", acknowledged: false, createdAt: 1_000 * id, resolved: false, ...changes,
});

let list: AlertList;
let now: number;

const hear = (change: AlertChange, one: Alert, cursor: number | null = null): void => {
  list = changeAlert(list, change, one, cursor, now);
};
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
    list = setAck(list, 1, { state: "pending" });
    list = setAck(list, 1, { state: "failed", reason: "Serveur injoignable." });
    expect(unacknowledged(list)[0]?.ack).toEqual({ state: "failed", reason: "Serveur injoignable." });
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
    state = reduceWard(state, { kind: "message", source: 1, message: { type: "alert", change: "alert", alert: alert(4), cursor: 1 } }, now);
    state = reduceWard(state, { kind: "ack", id: 4, ack: { state: "pending" } }, now);
    state = reduceWard(state, { kind: "message", source: "alerts", message: { type: "error", code: "already_acknowledged", message: "", alertId: 4 } }, now);
    expect(unacknowledged(state.alerts)).toEqual([]);
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
    list = setAck(list, 1, { state: "pending" });
    list = replaceAlerts(list, [alert(1)], 15_000, 17_000);
    expect(unacknowledged(list)[0]?.ack.state).toBe("pending");
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
