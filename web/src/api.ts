// The REST side: signing in, keeping the token fresh, reading lists. Every answer is checked by ./messages.

import { parseAccountEntry, parseCare, type AccountEntry, type Care } from "./care";
import { sampleClock, type ClockSample } from "./clock";
import {
  isFields, parseAlert, parseDevice, parsePatient, parseReading, parseRows,
  type Alert, type Device, type Patient, type Reading,
} from "./messages";
import { parseNews2, type News2 } from "./news2";
import { parseUser, type AlertAction, type User } from "./permissions";
import { Session, type Tokens } from "./session";

const TIMEOUT_MS = 10_000;
const MAX_PAGES = 200;

/** An answer that is not 2xx. `status` 0: no answer at all. */
export class ApiError extends Error {
  constructor(readonly status: number, readonly detail: string) {
    super(`${status} ${detail}`);
  }
}

export interface ApiOptions {
  session: Session;
  fetch?: typeof fetch;
  onClock?(sample: ClockSample): void;
  onSignedOut?(): void;
}

export interface DemoAccount {
  username: string;
  password: string;
}

export class Api {
  private readonly session: Session;
  private refreshing: Promise<string> | null = null;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  onClock: (sample: ClockSample) => void;
  onSignedOut: () => void;

  constructor(private readonly options: ApiOptions) {
    this.session = options.session;
    this.onClock = options.onClock ?? (() => {});
    this.onSignedOut = options.onSignedOut ?? (() => {});
  }

  async signIn(username: string, password: string): Promise<void> {
    this.accept(await this.call("POST", "/api/token/", { username, password }, null));
  }

  /** After a reload. False: nobody is signed in. Throws when the server cannot be asked. */
  async restore(): Promise<boolean> {
    if (this.session.refreshToken() === null) return false;
    try {
      await this.refresh();
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return false;
      throw error;
    }
  }

  async signOut(): Promise<void> {
    const refresh = this.session.refreshToken();
    clearTimeout(this.refreshTimer);
    this.session.clear();
    if (refresh !== null) await this.call("POST", "/api/token/blacklist/", { refresh }, null).catch(() => {});
  }

  async demoAccount(): Promise<DemoAccount | null> {
    const answer = await this.call("GET", "/api/demo/", undefined, null).catch(() => null);
    if (!isFields(answer)) return null;
    const { username, password } = answer;
    return typeof username === "string" && typeof password === "string" ? { username, password } : null;
  }

  /** An access token that will last. `refused`: the last one was turned away; replace it unless it is brand-new. */
  async token(refused = false): Promise<string> {
    const now = Date.now();
    const access = this.session.freshAccess(now);
    if (access !== null && (!refused || this.session.isYoung(now))) return access;
    return this.refresh();
  }

  async patients(): Promise<Patient[]> {
    return parseRows(await this.list("/api/patients/"), parsePatient);
  }

  async devices(patient: number): Promise<Device[]> {
    return parseRows(await this.list(`/api/iot/dispositifs/?patient=${patient}`), parseDevice);
  }

  async latest(device: number): Promise<Reading[]> {
    return parseRows(await this.get(`/api/iot/dispositifs/${device}/latest-data/?limit=10`), parseReading);
  }

  /** The last five minutes, for the sparklines. */
  async recent(patient: number): Promise<Reading[]> {
    return parseRows(await this.get(`/api/iot/donnees/real-time/?patient=${patient}&minutes=5&limit=500`), parseReading);
  }

  async unacknowledgedAlerts(): Promise<Alert[]> {
    return parseRows(await this.list("/api/iot/alertes/?acquittee=false"), parseAlert);
  }

  async acknowledge(alert: number): Promise<Alert | null> {
    return parseAlert(await this.authorized("POST", `/api/iot/alertes/${alert}/acknowledge/`, {}));
  }

  /** Every other action: the alert with its alarm, as it is then. */
  async act(alert: number, action: AlertAction): Promise<{ alert: Alert; care: Care }> {
    const { path, body } = requestOf(action);
    return alertWithCare(await this.authorized("POST", `/api/iot/alertes/${alert}/${path}/`, body));
  }

  /** The alert, its alarm, and who did what about it, oldest first. */
  async account(alert: number): Promise<{ alert: Alert; care: Care; entries: AccountEntry[] }> {
    const answer = await this.get(`/api/iot/alertes/${alert}/suivi/`);
    return { ...alertWithCare(answer), entries: parseRows(isFields(answer) ? answer["journal"] : [], parseAccountEntry) };
  }

  async news2(patient: number): Promise<News2 | null> {
    return parseNews2(await this.get(`/api/patients/${patient}/news2/`));
  }

  async me(): Promise<User | null> {
    return parseUser(await this.get("/api/utilisateurs/me/"));
  }

  async users(): Promise<User[]> {
    return parseRows(await this.list("/api/utilisateurs/"), parseUser);
  }

  /** The colleagues of one's rooms, for those who may not list all users. */
  async carers(): Promise<User[]> {
    return parseRows(await this.get("/api/iot/alertes/soignants/"), parseUser);
  }

  private get(path: string): Promise<unknown> {
    return this.authorized("GET", path);
  }

  private async list(path: string): Promise<unknown[]> {
    const rows: unknown[] = [];
    let next: string | null = path;
    for (let page = 0; next !== null && page < MAX_PAGES; page += 1) {
      const answer: unknown = await this.get(next);
      if (!isFields(answer) || !Array.isArray(answer["results"])) break;
      rows.push(...(answer["results"] as unknown[]));
      next = pathOf(answer["next"]);
    }
    return rows;
  }

  private async authorized(method: string, path: string, body?: object): Promise<unknown> {
    try {
      return await this.call(method, path, body, await this.token());
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      return this.call(method, path, body, await this.refresh());
    }
  }

  /** One refresh at a time, however many ask. A 401 is the end of the session. */
  private refresh(): Promise<string> {
    this.refreshing ??= this.refreshNow().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  private async refreshNow(): Promise<string> {
    const refresh = this.session.refreshToken();
    if (refresh === null) throw new ApiError(401, "Session terminée.");
    try {
      return this.accept(await this.call("POST", "/api/token/refresh/", { refresh }, null));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        this.session.clear();
        this.onSignedOut();
      } else {
        this.refreshLater(TIMEOUT_MS);
      }
      throw error;
    }
  }

  private accept(answer: unknown): string {
    if (!isFields(answer) || typeof answer["access"] !== "string") throw new ApiError(0, "Réponse inattendue du serveur.");
    const tokens: Tokens = { access: answer["access"] };
    if (typeof answer["refresh"] === "string") tokens.refresh = answer["refresh"];
    this.session.keep(tokens, Date.now());
    this.refreshLater(this.session.refreshIn(Date.now()));
    return tokens.access;
  }

  private refreshLater(delay: number): void {
    clearTimeout(this.refreshTimer);
    this.refreshTimer = setTimeout(() => void this.refresh().catch(() => {}), delay);
  }

  private async call(method: string, path: string, body: object | undefined, token: string | null): Promise<unknown> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (token !== null) headers["Authorization"] = `Bearer ${token}`;
    const init: RequestInit = { method, headers, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) };
    if (body !== undefined) init.body = JSON.stringify(body);
    const sentAt = Date.now();
    const response = await (this.options.fetch ?? fetch)(path, init).catch(() => {
      throw new ApiError(0, "Serveur injoignable.");
    });
    this.learnClock(sentAt, response.headers.get("Date"));
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw new ApiError(response.status, detailOf(answer));
    return answer;
  }

  private learnClock(sentAt: number, date: string | null): void {
    const serverTime = date === null ? NaN : Date.parse(date);
    const sample = Number.isFinite(serverTime) ? sampleClock(sentAt, Date.now(), serverTime, 1000) : null;
    if (sample !== null) this.onClock(sample);
  }
}

/** The path of a `next` address. Its host is what the server believes its name to be; ours is where the page came from. */
export function pathOf(next: unknown): string | null {
  if (typeof next !== "string") return null;
  try {
    const url = new URL(next, "http://localhost");
    return url.pathname + url.search;
  } catch {
    return null;
  }
}

function requestOf(action: AlertAction): { path: string; body: object } {
  switch (action.name) {
    case "silence":
      return { path: "silence", body: { minutes: action.minutes } };
    case "unsilence":
      return { path: "silence", body: { minutes: 0 } };
    case "assign":
      return { path: "assign", body: { utilisateur: action.user } };
    case "comment":
      return { path: "comment", body: { commentaire: action.text } };
    case "acknowledge":
    case "escalate":
      return { path: action.name, body: {} };
  }
}

function alertWithCare(answer: unknown): { alert: Alert; care: Care } {
  const alert = parseAlert(answer);
  const care = parseCare(answer);
  if (alert === null || care === null) throw new ApiError(0, "Réponse inattendue du serveur.");
  return { alert, care };
}

function detailOf(answer: unknown): string {
  return isFields(answer) && typeof answer["detail"] === "string" ? answer["detail"] : "";
}
