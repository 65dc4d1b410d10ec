// Joins the parts: one socket for each patient and one for the alerts, REST to fill in, the 1 s ticker; all of it
// ends in events for the reducer. React reads the result through subscribe() and state().

import { AlertDesk } from "./alert_desk";
import { ApiError, type Api } from "./api";
import { sampleClock } from "./clock";
import { parseMessage, type Patient } from "./messages";
import { nextToAsk } from "./news2";
import type { AlertAction } from "./permissions";
import { ReconnectingSocket, type SocketOptions } from "./socket";
import { emptyWard, reduceWard, type Source, type WardEvent, type WardState } from "./ward";

const TICK_MS = 1_000;
/** The page is drawn at most four times a second, however fast readings come. */
const DRAW_EVERY_MS = 250;
/** Patients come and go, and no alert may be missed for longer than this whatever happens to a socket. */
const RESYNC_EVERY_MS = 60_000;
const RETRY_LOAD_MS = 5_000;
const PARALLEL_LOADS = 3;

export class LiveWard {
  private current: WardState = emptyWard(Date.now());
  private readonly listeners = new Set<() => void>();
  private readonly sockets = new Map<Source, ReconnectingSocket>();
  private readonly loads: (() => Promise<void>)[] = [];
  private running = 0;
  private resyncing: Promise<void> | null = null;
  private isAsking = false;
  private stopped = false;
  private drawnAt = 0;
  private drawTimer: ReturnType<typeof setTimeout> | undefined;
  private resyncTimer: ReturnType<typeof setTimeout> | undefined;
  private tickTimer: ReturnType<typeof setInterval> | undefined;
  private readonly desk: AlertDesk;

  constructor(private readonly api: Api) {
    this.desk = new AlertDesk({
      api,
      state: this.state,
      dispatch: (event) => this.dispatch(event),
      send: (message) => this.sockets.get("alerts")?.send(message) ?? false,
      load: (job) => this.load(job),
    });
    api.onClock = (sample) => this.dispatch({ kind: "clock", sample });
  }

  readonly state = (): WardState => this.current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    this.stopped = false;
    this.tickTimer = setInterval(() => this.tick(), TICK_MS);
    document.addEventListener("visibilitychange", this.tick);
    window.addEventListener("online", this.probeAll);
    window.addEventListener("offline", this.probeAll);
    this.open("alerts", "/ws/alerts/");
    void this.resync();
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.tickTimer);
    clearTimeout(this.resyncTimer);
    clearTimeout(this.drawTimer);
    this.desk.stop();
    document.removeEventListener("visibilitychange", this.tick);
    window.removeEventListener("online", this.probeAll);
    window.removeEventListener("offline", this.probeAll);
    this.sockets.forEach((socket) => socket.stop());
    this.sockets.clear();
    this.loads.length = 0;
  }

  /** True once the server has done it. */
  readonly act = (id: number, action: AlertAction): Promise<boolean> => this.desk.act(id, action);

  /** Shows the account of one alert, and whom it may be given to; null: of none. */
  readonly showAccount = (id: number | null): void => {
    this.desk.showAccount(id);
    if (id !== null) this.load(() => this.desk.readUsers());
  };

  private dispatch(event: WardEvent): void {
    const next = reduceWard(this.current, event, Date.now());
    const woke = next.wokeAt !== this.current.wokeAt;
    if (next === this.current) return;
    this.current = next;
    if (woke) this.probeAll();
    this.drawSoon();
  }

  private drawSoon(): void {
    if (this.drawTimer !== undefined) return;
    const wait = this.drawnAt + DRAW_EVERY_MS - Date.now();
    this.drawTimer = setTimeout(() => {
      this.drawTimer = undefined;
      this.drawnAt = Date.now();
      this.listeners.forEach((listener) => listener());
    }, Math.min(Math.max(wait, 0), DRAW_EVERY_MS));
  }

  private readonly tick = (): void => {
    this.dispatch({ kind: "tick" });
    this.askNews2();
  };

  // One question at a time and one a second at most, however many patients there are and however slow the server is;
  // none for a page that nobody looks at. What concerns the alerts never waits behind them.
  private askNews2(): void {
    if (this.isAsking || document.hidden || this.current.alertsLink.status !== "up") return;
    const states = new Map(Object.values(this.current.patients).map((one) => [one.patient.id, one.news2]));
    const patient = nextToAsk(states, Date.now());
    if (patient === null) return;
    this.dispatch({ kind: "news2_asked", patient });
    this.isAsking = true;
    void this.api.news2(patient).catch(() => null).then((news2) => {
      this.isAsking = false;
      if (!this.stopped) this.dispatch({ kind: "news2", patient, news2 });
    });
  }

  private readonly probeAll = (): void => this.sockets.forEach((socket) => socket.probe());

  /** One at a time: a dozen sockets may ask for it in the same second. */
  private resync(): Promise<void> {
    this.resyncing ??= this.resyncNow().finally(() => {
      this.resyncing = null;
    });
    return this.resyncing;
  }

  private async resyncNow(): Promise<void> {
    let wait = RESYNC_EVERY_MS;
    try {
      await this.loadMe();
      const patients = await this.api.patients();
      if (this.stopped) return;
      this.dispatch({ kind: "patients", patients });
      this.matchSockets(patients);
      await this.loadAlerts();
    } catch (error) {
      wait = RETRY_LOAD_MS;
      this.dispatch({ kind: "problem", text: problemOf(error) });
    }
    this.resyncIn(wait);
  }

  private resyncIn(wait: number): void {
    clearTimeout(this.resyncTimer);
    if (!this.stopped) this.resyncTimer = setTimeout(() => void this.resync(), wait);
  }

  // A role may change at any time. Without an answer the one that is known stays: the server decides anyway.
  private async loadMe(): Promise<void> {
    const user = await this.api.me().catch(() => null);
    if (user === null || this.stopped) return;
    this.dispatch({ kind: "me", user });
    this.load(() => this.desk.readUsers());
  }

  private async loadAlerts(): Promise<void> {
    const startedAt = Date.now();
    const alerts = await this.api.unacknowledgedAlerts();
    if (this.stopped) return;
    this.dispatch({ kind: "alerts", alerts, startedAt });
    this.desk.readUnread();
  }

  private matchSockets(patients: readonly Patient[]): void {
    const wanted = new Set<Source>(["alerts", ...patients.map((patient) => patient.id)]);
    for (const [source, socket] of this.sockets) {
      if (wanted.has(source)) continue;
      socket.stop();
      this.sockets.delete(source);
    }
    for (const patient of patients) {
      if (this.sockets.has(patient.id)) continue;
      this.load(() => this.prefill(patient.id));
      this.open(patient.id, `/ws/iot/${encodeURIComponent(patient.identifiant)}/`);
    }
  }

  private open(source: Source, path: string): void {
    let wasUp = false;
    const options: SocketOptions = {
      url: async (refused) => `${socketOrigin()}${path}?token=${encodeURIComponent(await this.api.token(refused))}`,
      onStatus: (status) => {
        this.dispatch({ kind: "link", source, status });
        if (status !== "up") return;
        if (source === "alerts") this.load(() => this.loadAlerts().catch(() => this.resyncIn(RETRY_LOAD_MS)));
        else if (wasUp && !socket.hasCursor()) this.load(() => this.prefill(source));
        wasUp = true;
      },
      onMessage: (raw) => this.receive(source, raw),
      onPong: (sentAt, receivedAt, serverTime) => {
        const sample = sampleClock(sentAt, receivedAt, serverTime);
        if (sample !== null) this.dispatch({ kind: "clock", sample });
      },
      // Perhaps one room less, perhaps the end of the session: the list of patients tells which.
      onSessionEnded: () => void this.resync(),
    };
    const socket = new ReconnectingSocket(options);
    this.sockets.set(source, socket);
    socket.start();
  }

  private receive(source: Source, raw: unknown): void {
    const message = parseMessage(raw);
    if (message === null) return;
    this.dispatch({ kind: "message", source, message });
    if (message.type === "alert") this.desk.heardOf(message.alert.id);
    if (message.type !== "gap") return;
    this.load(() => this.loadAlerts());
    if (source !== "alerts") this.load(() => this.prefill(source));
  }

  private async prefill(patient: number): Promise<void> {
    const devices = await this.api.devices(patient);
    this.dispatch({ kind: "devices", patient, devices });
    for (const device of devices) {
      this.dispatch({ kind: "prefill", patient, readings: await this.api.latest(device.id) });
    }
    this.dispatch({ kind: "prefill", patient, readings: await this.api.recent(patient) });
  }

  // Few at a time. A failed load is not repeated here: live frames and the next resync fill in.
  private load(job: () => Promise<void>): void {
    this.loads.push(job);
    while (this.running < PARALLEL_LOADS && this.loads.length > 0) void this.runLoads();
  }

  private async runLoads(): Promise<void> {
    this.running += 1;
    for (let job = this.loads.shift(); job && !this.stopped; job = this.loads.shift()) {
      await job().catch(() => {});
    }
    this.running -= 1;
  }
}

function socketOrigin(): string {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}`;
}

function problemOf(error: unknown): string {
  if (!(error instanceof ApiError)) return "Erreur inattendue pendant le chargement.";
  if (error.status === 403) return "Votre rôle ne donne pas accès aux mesures des patients.";
  if (error.status === 0) return "Serveur injoignable : la liste des patients n’a pas pu être lue.";
  return `La liste des patients n’a pas pu être lue (erreur ${error.status}).`;
}
