import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError, type Api } from "../src/api";
import { LiveWard } from "../src/live";
import type { Alert, Patient } from "../src/messages";

class FakeSocket {
  static made: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: string[] = [];
  wasClosed = false;
  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }
  send(data: string): void {
    this.sent.push(data);
  }
  close(): void {
    this.wasClosed = true;
  }
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const socketOf = (path: string): FakeSocket => [...FakeSocket.made].reverse().find((one) => one.url.includes(path))!;
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const patient = (id: number): Patient => ({ id, identifiant: `patient${id}`, name: `P${id}`, room: "salle1" });
const RAISED = { type: "alert", alert: { id: 5, patient: 1, niveau: "critical", titre: "T", message: "M", acquittee: false } };

let patients: Patient[];
let acknowledged: number[];
let answer: () => Promise<Alert | null>;
let ward: LiveWard;

beforeEach(async () => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  const page = { addEventListener: () => {}, removeEventListener: () => {} };
  vi.stubGlobal("document", page);
  vi.stubGlobal("window", page);
  vi.stubGlobal("location", { protocol: "https:", host: "ward.example" });
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.made = [];
  patients = [patient(1), patient(2)];
  acknowledged = [];
  answer = () => Promise.resolve(null);
  ward = new LiveWard({
    token: () => Promise.resolve("t"),
    patients: () => Promise.resolve(patients),
    devices: () => Promise.resolve([]),
    recent: () => Promise.resolve([]),
    latest: () => Promise.resolve([]),
    unacknowledgedAlerts: () => Promise.resolve([]),
    acknowledge: (id: number) => {
      acknowledged.push(id);
      return answer();
    },
  } as unknown as Api);
  ward.start();
  await pass(10);
  FakeSocket.made.forEach((socket) => socket.onopen?.());
  await pass(10);
  socketOf("/ws/alerts/").say(RAISED);
});

afterEach(() => {
  ward.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const ack = () => ward.state().alerts.entries[5]?.ack;
const isAcknowledged = () => ward.state().alerts.entries[5]?.alert.acknowledged;

test("there is one socket for each patient and one for the alerts, on the page's own host", () => {
  expect(FakeSocket.made.map((socket) => socket.url).sort()).toEqual([
    "wss://ward.example/ws/alerts/?token=t",
    "wss://ward.example/ws/iot/patient1/?token=t",
    "wss://ward.example/ws/iot/patient2/?token=t",
  ]);
});

test("a patient who leaves loses the socket, one who comes gets one", async () => {
  patients = [patient(2), patient(3)];
  await pass(61_000);
  expect(socketOf("patient1").wasClosed).toBe(true);
  expect(socketOf("patient3").url).toContain("/ws/iot/patient3/");
});

test("a flood of readings is drawn at most four times a second", async () => {
  let drawings = 0;
  ward.subscribe(() => (drawings += 1));
  for (let i = 0; i < 100; i += 1) {
    socketOf("patient1").say({ type: "sensor_data", data: { heart_rate: 60 + i }, timestamp: new Date().toISOString() });
    await pass(20);
  }
  expect(drawings).toBeGreaterThanOrEqual(7);
  expect(drawings).toBeLessThanOrEqual(9);
  expect(ward.state().patients[1]!.measures.heart_rate!.shown.value).toBe(159);
});

describe("acknowledging", () => {
  test("goes by the alerts' socket and waits for the server's word", () => {
    ward.acknowledge(5);
    expect(socketOf("/ws/alerts/").sent).toContain('{"type":"acknowledge","alert_id":5}');
    expect(ack()).toEqual({ state: "pending" });
    socketOf("/ws/alerts/").say({ ...RAISED, type: "alert_acknowledged" });
    expect(isAcknowledged()).toBe(true);
    expect(acknowledged).toEqual([]);
  });

  test("goes by REST when that socket is down", async () => {
    socketOf("/ws/alerts/").onclose?.({ code: 1006 });
    ward.acknowledge(5);
    await pass(0);
    expect(acknowledged).toEqual([5]);
    expect(isAcknowledged()).toBe(true);
  });

  test("goes by REST when the socket leaves it unanswered", async () => {
    ward.acknowledge(5);
    await pass(4_100);
    expect(acknowledged).toEqual([5]);
  });

  test("of an alert that somebody else acknowledged is done", async () => {
    socketOf("/ws/alerts/").onclose?.({ code: 1006 });
    answer = () => Promise.reject(new ApiError(400, "Alerte déjà acquittée."));
    ward.acknowledge(5);
    await pass(0);
    expect(isAcknowledged()).toBe(true);
  });

  test("that fails leaves the alert waiting and says why", async () => {
    socketOf("/ws/alerts/").onclose?.({ code: 1006 });
    answer = () => Promise.reject(new ApiError(403, ""));
    ward.acknowledge(5);
    await pass(0);
    expect(isAcknowledged()).toBe(false);
    expect(ack()).toEqual({ state: "failed", reason: "Votre rôle ne permet pas d’acquitter." });
  });
});
