import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { backoff, CONNECT_TIMEOUT_MS, DEAD_AFTER_MS, PING_EVERY_MS, ReconnectingSocket, withCursor, type SocketLike } from "../src/socket";

class FakeSocket implements SocketLike {
  static made: FakeSocket[] = [];
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;
  readyState = 0;
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
  open(): void {
    this.onopen?.(new Event("open"));
  }
  say(message: object | string): void {
    const data = typeof message === "string" ? message : JSON.stringify(message);
    this.onmessage?.({ data } as MessageEvent);
  }
  drop(code = 1006): void {
    this.onclose?.({ code } as CloseEvent);
  }
}

const latest = (): FakeSocket => FakeSocket.made[FakeSocket.made.length - 1]!;
const pings = (socket: FakeSocket): number => socket.sent.filter((text) => text === '{"type":"ping"}').length;
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

let statuses: string[];
let refusals: boolean[];
let messages: unknown[];
let ended: number;
let socket: ReconnectingSocket;

beforeEach(async () => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  FakeSocket.made = [];
  statuses = [];
  refusals = [];
  messages = [];
  ended = 0;
  socket = new ReconnectingSocket({
    url: (refused) => {
      refusals.push(refused);
      return Promise.resolve("ws://server/ws/iot/patient1/?token=t");
    },
    onMessage: (message) => messages.push(message),
    onStatus: (status) => statuses.push(status),
    onSessionEnded: () => (ended += 1),
    create: (url) => new FakeSocket(url),
    random: () => 0.5,
  });
  socket.start();
  await pass(0);
});

afterEach(() => {
  socket.stop();
  vi.useRealTimers();
});

describe("resume", () => {
  test("the first connection asks for no past", () => {
    expect(latest().url).toBe("ws://server/ws/iot/patient1/?token=t");
  });

  test("a reconnection resumes at the last cursor heard", async () => {
    latest().open();
    latest().say({ type: "sensor_data", cursor: 41 });
    latest().say({ type: "device_status" });
    latest().say({ type: "sensor_data", cursor: 42 });
    latest().drop();
    await pass(1_000);
    expect(FakeSocket.made).toHaveLength(2);
    expect(latest().url).toMatch(/&apres=42$/);
  });

  test("a gap moves the cursor to where the server goes on", async () => {
    latest().open();
    latest().say({ type: "sensor_data", cursor: 900 });
    latest().say({ type: "gap", from: 900, to: 7 });
    latest().drop();
    await pass(1_000);
    expect(latest().url).toMatch(/&apres=7$/);
  });

  test("a cursor is opaque and is sent back as it came", () => {
    expect(withCursor("ws://s/x?token=t", "a b/1")).toBe("ws://s/x?token=t&apres=a%20b%2F1");
    expect(withCursor("ws://s/x", 3)).toBe("ws://s/x?apres=3");
  });

  test("malformed frames are ignored and do not end the connection", () => {
    latest().open();
    latest().say("{");
    latest().say("[1]");
    latest().say({ type: "sensor_data", cursor: 1 });
    expect(messages).toHaveLength(1);
    expect(socket.isUp()).toBe(true);
  });
});

describe("back-off", () => {
  test("delays double up to a cap, and half of each is random", () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(backoff(3, 0)).toBe(2000);
  });

  test("failed attempts come further and further apart", async () => {
    const times: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      times.push(Date.now());
      const count = FakeSocket.made.length;
      latest().drop();
      while (FakeSocket.made.length === count) await pass(50);
    }
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
    expect(gaps[4]).toBeGreaterThan(4 * gaps[0]!);
  });

  test("a connection that lasted starts the back-off anew, a short one does not", async () => {
    for (let i = 0; i < 5; i += 1) {
      latest().drop();
      await pass(10_000);
    }
    latest().open();
    latest().drop();
    await pass(1_000);
    const count = FakeSocket.made.length;
    await pass(10_000);
    expect(FakeSocket.made.length).toBe(count + 1);
    latest().open();
    await pass(6_000);
    latest().drop();
    await pass(500);
    expect(FakeSocket.made.length).toBe(count + 2);
  });

  test("a refused handshake asks for another token, a lost connection does not", async () => {
    latest().drop();
    await pass(1_000);
    latest().open();
    latest().drop();
    await pass(2_000);
    expect(refusals).toEqual([false, true, false]);
  });

  test("an address that cannot be had counts as an attempt and is tried again", async () => {
    let failures = 0;
    const stubborn = new ReconnectingSocket({
      url: () => {
        failures += 1;
        return Promise.reject(new Error("no token"));
      },
      onMessage: () => {},
      onStatus: () => {},
      create: (url) => new FakeSocket(url),
      random: () => 0.5,
    });
    stubborn.start();
    await pass(30_000);
    expect(failures).toBeGreaterThan(3);
    expect(failures).toBeLessThan(12);
    stubborn.stop();
  });

  test("a stopped socket never comes back", async () => {
    latest().open();
    socket.stop();
    await pass(60_000);
    expect(FakeSocket.made).toHaveLength(1);
    expect(latest().wasClosed).toBe(true);
  });

  test("an ended session is told, and the next attempt asks for another token", async () => {
    latest().open();
    latest().drop(4401);
    expect(ended).toBe(1);
    await pass(1_000);
    expect(refusals).toEqual([false, true]);
  });
});

describe("verdict of death", () => {
  test("a ping goes out on opening and every ten seconds", async () => {
    latest().open();
    expect(pings(latest())).toBe(1);
    for (let i = 0; i < 3; i += 1) {
      await pass(PING_EVERY_MS);
      latest().say({ type: "pong" });
    }
    expect(pings(latest())).toBe(4);
  });

  test("no frame at all for fifteen seconds is a dead connection", async () => {
    latest().open();
    await pass(DEAD_AFTER_MS - 1_000);
    expect(statuses).toEqual(["connecting", "up"]);
    await pass(1_000);
    expect(statuses).toEqual(["connecting", "up", "down"]);
    expect(FakeSocket.made[0]!.wasClosed).toBe(true);
  });

  test("any frame keeps the connection alive", async () => {
    latest().open();
    for (let i = 0; i < 10; i += 1) {
      await pass(9_000);
      latest().say({ type: "pong" });
    }
    expect(statuses).toEqual(["connecting", "up"]);
  });

  test("what a dead connection still says is not heard", async () => {
    latest().open();
    const dead = latest();
    await pass(DEAD_AFTER_MS);
    dead.say({ type: "sensor_data", cursor: 5 });
    expect(messages).toEqual([]);
  });

  test("a handshake that hangs is given up", async () => {
    await pass(CONNECT_TIMEOUT_MS + 1_000);
    expect(FakeSocket.made[0]!.wasClosed).toBe(true);
    await pass(1_000);
    expect(FakeSocket.made.length).toBeGreaterThan(1);
  });

  test("after a sleep a connection is asked first, and judged within seconds", async () => {
    latest().open();
    vi.setSystemTime(Date.now() + 3_600_000);
    await pass(1_000);
    expect(statuses).toEqual(["connecting", "up"]);
    expect(pings(latest())).toBe(2);
    await pass(6_000);
    expect(statuses).toEqual(["connecting", "up", "down"]);
  });

  test("after a sleep a connection that answers is kept", async () => {
    latest().open();
    vi.setSystemTime(Date.now() + 3_600_000);
    await pass(1_000);
    latest().say({ type: "pong" });
    await pass(8_000);
    expect(statuses).toEqual(["connecting", "up"]);
  });
});
