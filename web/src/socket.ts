// A WebSocket that comes back by itself and resumes where it was: back-off with jitter, a ping every 10 s, and a
// verdict of death when nothing at all came for 15 s. Knows nothing of wards and patients.

import { isFields, parseTime, type Cursor } from "./messages";
import type { LinkStatus } from "./freshness";

export const PING_EVERY_MS = 10_000;
export const DEAD_AFTER_MS = 15_000;
export const CONNECT_TIMEOUT_MS = 10_000;
const PROBE_GRACE_MS = 5_000;
const STEP_MS = 1_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_LAST_MS = 10_000;
/** A connection that lasted this long was a good one: the next attempt starts at the first step again. */
const STEADY_AFTER_MS = 5_000;
const SESSION_ENDED = 4401;

export interface SocketLike {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  readyState: number;
  send(data: string): void;
  close(code?: number): void;
}

export interface SocketOptions {
  /** Address for the next attempt. `refused`: the attempt before was turned away, so the token may be bad. */
  url(refused: boolean): Promise<string>;
  onMessage(message: unknown): void;
  onStatus(status: LinkStatus): void;
  onPong?(sentAt: number, receivedAt: number, serverTime: number): void;
  /** The server closed with 4401: this user may no longer read here. */
  onSessionEnded?(): void;
  create?: (url: string) => SocketLike;
  random?: () => number;
}

/** Delay before attempt `attempt` (0, 1, …): doubling to a cap, the upper half of it random so that a ward's sockets spread out. */
export function backoff(attempt: number, random: number): number {
  const full = Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 10));
  return full / 2 + (full / 2) * random;
}

export function withCursor(url: string, cursor: Cursor | null): string {
  if (cursor === null) return url;
  return `${url}${url.includes("?") ? "&" : "?"}apres=${encodeURIComponent(String(cursor))}`;
}

export class ReconnectingSocket {
  private readonly create: (url: string) => SocketLike;
  private readonly random: () => number;
  private socket: SocketLike | null = null;
  private cursor: Cursor | null = null;
  private stopped = true;
  private attempt = 0;
  private refused = false;
  /** Local times, ms; 0: never. */
  private startedAt = 0;
  private openedAt = 0;
  private lastFrameAt = 0;
  private lastPingAt = 0;
  private lastStepAt = 0;
  private probedAt = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private stepTimer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: SocketOptions) {
    this.create = options.create ?? ((url) => new WebSocket(url));
    this.random = options.random ?? Math.random;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.options.onStatus("connecting");
    this.lastStepAt = Date.now();
    this.stepTimer = setInterval(() => this.step(), STEP_MS);
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.stepTimer);
    clearTimeout(this.retryTimer);
    this.release(1000);
  }

  isUp(): boolean {
    return this.openedAt > 0;
  }

  hasCursor(): boolean {
    return this.cursor !== null;
  }

  send(message: object): boolean {
    if (!this.isUp() || this.socket === null) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** After a wake-up or a change of network: ask at once, and judge in a few seconds instead of fifteen. */
  probe(): void {
    const now = Date.now();
    if (this.isUp()) {
      this.probedAt = now;
      this.ping(now);
    } else if (!this.stopped && this.socket === null) {
      this.attempt = 0;
      void this.connect();
    }
  }

  private async connect(): Promise<void> {
    clearTimeout(this.retryTimer);
    const startedAt = (this.startedAt = Date.now());
    let url: string;
    try {
      url = await this.options.url(this.refused);
    } catch {
      if (!this.isCurrentAttempt(startedAt)) return;
      this.options.onStatus("down");
      return this.retryLater();
    }
    if (!this.isCurrentAttempt(startedAt)) return;
    const socket = this.create(withCursor(url, this.cursor));
    this.socket = socket;
    this.startedAt = Date.now();
    socket.onopen = () => this.opened();
    socket.onmessage = (event) => this.received(event.data);
    socket.onclose = (event) => this.closed(event.code);
  }

  private isCurrentAttempt(startedAt: number): boolean {
    return !this.stopped && this.socket === null && this.startedAt === startedAt;
  }

  private opened(): void {
    const now = Date.now();
    this.openedAt = this.lastFrameAt = now;
    this.probedAt = 0;
    this.refused = false;
    this.options.onStatus("up");
    this.ping(now);
  }

  private received(data: unknown): void {
    this.lastFrameAt = Date.now();
    this.probedAt = 0;
    if (typeof data !== "string") return;
    let message: unknown;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (!isFields(message)) return;
    if (message["type"] === "pong") return this.ponged(message["timestamp"]);
    this.keepCursor(message["type"] === "gap" ? message["to"] : message["cursor"]);
    this.options.onMessage(message);
  }

  private keepCursor(value: unknown): void {
    if (typeof value === "number" || typeof value === "string") this.cursor = value;
  }

  private ponged(timestamp: unknown): void {
    const serverTime = parseTime(timestamp);
    if (serverTime !== null) this.options.onPong?.(this.lastPingAt, this.lastFrameAt, serverTime);
  }

  private ping(now: number): void {
    this.lastPingAt = now;
    this.socket?.send('{"type":"ping"}');
  }

  /** Once a second: pings, and the verdict on a connection that has gone silent. */
  private step(): void {
    const now = Date.now();
    const late = now - this.lastStepAt > PROBE_GRACE_MS || now < this.lastStepAt;
    this.lastStepAt = now;
    if (this.socket !== null && !this.isUp()) {
      if (now - this.startedAt >= CONNECT_TIMEOUT_MS) this.closed(0);
      return;
    }
    if (!this.isUp()) return;
    if (late) return this.probe(); // this timer slept: silence proves nothing yet, an unanswered ping will
    const isSilent = now - this.lastFrameAt >= DEAD_AFTER_MS && this.probedAt === 0;
    const isProbeLost = this.probedAt > 0 && now - this.probedAt >= PROBE_GRACE_MS;
    if (isSilent || isProbeLost) return this.closed(0);
    if (now - this.lastPingAt >= PING_EVERY_MS) this.ping(now);
  }

  private closed(code: number): void {
    const wasUp = this.isUp();
    if (wasUp && Date.now() - this.openedAt >= STEADY_AFTER_MS) this.attempt = 0;
    this.refused = !wasUp;
    this.release(1000);
    if (this.stopped) return;
    this.options.onStatus("down");
    if (code === SESSION_ENDED) {
      this.refused = true;
      this.options.onSessionEnded?.();
    }
    this.retryLater();
  }

  private retryLater(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => void this.connect(), backoff(this.attempt, this.random()));
    this.attempt += 1;
  }

  // A dead connection can take minutes to close: it is let go at once, and nothing it still says is heard.
  private release(code: number): void {
    const socket = this.socket;
    this.socket = null;
    this.openedAt = 0;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    try {
      socket.close(code);
    } catch {
      // Already closed.
    }
  }
}
