import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError, type Api } from "../src/api";
import { LiveWard } from "../src/live";
import { parseAlert, type Alert, type Patient } from "../src/messages";
import type { AlertAction } from "../src/permissions";

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
const CARE = { state: "presente", conditionLevel: "critical", escalatesAt: null, silentUntil: 1_800_000_300_000, assignedTo: null, late: false };
const RAISED = { type: "alert", alert: { id: 5, patient: 1, niveau: "critical", titre: "T", message: "M", acquittee: false } };

let patients: Patient[];
let acknowledged: number[];
let answer: () => Promise<Alert | null>;
let acted: AlertAction[];
let actAnswer: () => Promise<unknown>;
let accountsRead: number[];
let news2Asked: number[];
let role: string;
let news2Takes: number;
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
  acted = [];
  accountsRead = [];
  news2Asked = [];
  role = "administrateur";
  news2Takes = 0;
  actAnswer = () => Promise.resolve({ alert: parseAlert(RAISED.alert)!, care: CARE });
  answer = () => Promise.resolve(null);
  ward = new LiveWard({
    token: () => Promise.resolve("t"),
    patients: () => Promise.resolve(patients),
    devices: () => Promise.resolve([]),
    recent: () => Promise.resolve([]),
    latest: () => Promise.resolve([]),
    unacknowledgedAlerts: () => Promise.resolve([]),
    me: () => Promise.resolve({ id: 1, name: "demo", role, isActive: true }),
    carers: () => Promise.resolve([{ id: 3, name: "infirmier", role: "infirmier", isActive: true }]),
    users: () => Promise.resolve([{ id: 2, name: "MOREAU Jeanne", role: "medecin", isActive: true }]),
    account: (id: number) => {
      accountsRead.push(id);
      return Promise.resolve({ alert: parseAlert(RAISED.alert)!, care: CARE, entries: [] });
    },
    news2: async (id: number) => {
      news2Asked.push(id);
      if (news2Takes > 0) await new Promise((done) => setTimeout(done, news2Takes));
      return Promise.resolve({ score: 1, known: 1, of: 7, isPartial: true, parts: [], computedAt: Date.now() });
    },
    act: (_id: number, action: AlertAction) => {
      acted.push(action);
      return actAnswer();
    },
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

const acknowledge = () => void ward.act(5, { name: "acknowledge" });
const ack = () => ward.state().alerts.entries[5]?.action;
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
    acknowledge();
    expect(socketOf("/ws/alerts/").sent).toContain('{"type":"acknowledge","alert_id":5}');
    expect(ack()).toEqual({ state: "pending", action: "acknowledge" });
    socketOf("/ws/alerts/").say({ ...RAISED, type: "alert_acknowledged" });
    expect(isAcknowledged()).toBe(true);
    expect(acknowledged).toEqual([]);
  });

  test("goes by REST when that socket is down", async () => {
    socketOf("/ws/alerts/").onclose?.({ code: 1006 });
    acknowledge();
    await pass(0);
    expect(acknowledged).toEqual([5]);
    expect(isAcknowledged()).toBe(true);
  });

  test("goes by REST when the socket leaves it unanswered", async () => {
    acknowledge();
    await pass(4_100);
    expect(acknowledged).toEqual([5]);
  });

  test("of an alert that somebody else acknowledged is done", async () => {
    socketOf("/ws/alerts/").onclose?.({ code: 1006 });
    answer = () => Promise.reject(new ApiError(400, "Alerte déjà acquittée."));
    acknowledge();
    await pass(0);
    expect(isAcknowledged()).toBe(true);
  });

  test("that fails leaves the alert waiting and says why", async () => {
    socketOf("/ws/alerts/").onclose?.({ code: 1006 });
    answer = () => Promise.reject(new ApiError(403, ""));
    acknowledge();
    await pass(0);
    expect(isAcknowledged()).toBe(false);
    expect(ack()).toEqual({ state: "failed", action: "acknowledge", reason: "Votre rôle ne permet pas d’acquitter." });
  });
});

describe("what is done about an alert", () => {
  const silence: AlertAction = { name: "silence", minutes: 5 };
  const care = () => ward.state().alerts.entries[5]!.care;

  test("waits for the server's answer, and shows it", async () => {
    let done = (): void => {};
    actAnswer = () => new Promise((resolve) => (done = () => resolve({ alert: parseAlert(RAISED.alert), care: CARE })));
    await pass(10);
    const result = ward.act(5, silence);
    expect(ack()).toEqual({ state: "pending", action: "silence" });
    done();
    expect(await result).toBe(true);
    expect(ack()).toEqual({ state: "idle" });
    expect(care().silentUntil).toBe(CARE.silentUntil);
  });

  test("is one action for two taps, also when the first is done at once", async () => {
    await Promise.all([ward.act(5, { name: "escalate" }), ward.act(5, { name: "escalate" })]);
    await ward.act(5, { name: "escalate" });
    expect(acted).toHaveLength(1);
    await pass(600);
    await ward.act(5, { name: "escalate" });
    expect(acted).toHaveLength(2);
  });

  test("shows why it was refused, and changes nothing", async () => {
    await pass(10);
    const before = care().silentUntil;
    actAnswer = () => Promise.reject(new ApiError(400, "Alerte acquittée ou close."));
    expect(await ward.act(5, silence)).toBe(false);
    expect(ack()).toEqual({ state: "failed", action: "silence", reason: "Alerte acquittée ou close." });
    expect(care().silentUntil).toBe(before);
  });

  test("that was not answered says that it may have been done, and asks how it is", async () => {
    await pass(10);
    accountsRead = [];
    actAnswer = () => Promise.reject(new ApiError(0, ""));
    await ward.act(5, { name: "escalate" });
    await pass(0);
    expect(ack()).toMatchObject({ reason: "Pas de réponse du serveur : vérifiez avant de recommencer." });
    expect(accountsRead).toEqual([5]);
  });

  test("is read of a new alert once, and again while its account is looked at", async () => {
    await pass(10);
    expect(accountsRead).toEqual([5]);
    socketOf("/ws/alerts/").say({ ...RAISED, type: "alert_updated", etat: "presente", assignee_a: null, silence_jusqu: null });
    await pass(10);
    const unopened = accountsRead.length;
    ward.showAccount(5);
    await pass(10);
    socketOf("/ws/alerts/").say({ ...RAISED, type: "alert_updated", etat: "presente", assignee_a: 1, silence_jusqu: null });
    await pass(10);
    expect(accountsRead).toHaveLength(unopened + 2);
    ward.showAccount(null);
    expect(ward.state().account).toBeNull();
  });

  test("names are read of all users by who may list them, of the colleagues of their rooms by other carers", async () => {
    await pass(10);
    expect(ward.state().users[2]?.name).toBe("MOREAU Jeanne");
    role = "infirmier";
    await pass(120_000);
    expect(Object.values(ward.state().users).map((user) => user.name)).toEqual(["infirmier"]);
  });
});

test("NEWS2 is asked for once a second at most, and of a patient once a minute however fast values change", async () => {
  const seconds = 180;
  for (let i = 0; i < seconds; i += 1) {
    socketOf("patient1").say({ type: "sensor_data", data: { heart_rate: 60 + i }, timestamp: new Date().toISOString() });
    FakeSocket.made.forEach((socket) => socket.say({ type: "pong", timestamp: new Date().toISOString() }));
    await pass(1_000);
  }
  const asked = (id: number): number => news2Asked.filter((one) => one === id).length;
  expect(asked(1)).toBeGreaterThanOrEqual(3);
  expect(asked(1)).toBeLessThanOrEqual(4);
  expect(asked(2)).toBeLessThanOrEqual(2);
});

test("what concerns the alerts does not wait behind questions about NEWS2, however slow the server is", async () => {
  patients = Array.from({ length: 60 }, (_, i) => patient(i + 1));
  news2Takes = 10_000;
  for (let i = 0; i < 120; i += 1) {
    FakeSocket.made.forEach((socket) => socket.say({ type: "pong", timestamp: new Date().toISOString() }));
    await pass(1_000);
  }
  expect(news2Asked.length).toBeLessThanOrEqual(13);
  accountsRead = [];
  ward.showAccount(5);
  await pass(10);
  expect(accountsRead).toEqual([5]);
});
