// What the user does about alerts, and what is asked of the server about them. Nothing is shown as done before the
// server has said so.

import { unreadCare } from "./alerts";
import { ApiError, type Api } from "./api";
import { mayDo, mayListUsers, type ActionName, type AlertAction } from "./permissions";
import type { WardEvent, WardState } from "./ward";

const ACK_TIMEOUT_MS = 4_000;
/** A second tap within this time is the same tap, also when another alert has moved under the finger meanwhile. */
export const SAME_TAP_MS = 500;
/** Of how many alerts the accounts are asked for in one go, worst first; the next ones with the next whole list. */
const MAX_READS = 60;
const USERS_EVERY_MS = 60_000;

export interface DeskLinks {
  api: Api;
  state(): WardState;
  dispatch(event: WardEvent): void;
  /** By the alerts' socket; false: it is down. */
  send(message: object): boolean;
  /** Few at a time. */
  load(job: () => Promise<void>): void;
}

export class AlertDesk {
  private readonly ackTimers = new Map<number, ReturnType<typeof setTimeout>>();
  private readonly reading = new Set<number>();
  private readonly readAgain = new Set<number>();
  private tappedAt = 0;
  private usersReadAt = 0;

  constructor(private readonly links: DeskLinks) {}

  stop(): void {
    this.ackTimers.forEach((timer) => clearTimeout(timer));
    this.ackTimers.clear();
    this.readAgain.clear();
  }

  /** True once the server has done it. False: it was refused, failed, or is under way already. */
  async act(id: number, action: AlertAction): Promise<boolean> {
    const now = Date.now();
    const isSameTap = now >= this.tappedAt && now - this.tappedAt < SAME_TAP_MS;
    if (isSameTap || this.isPending(id)) return false;
    this.tappedAt = now;
    this.links.dispatch({ kind: "action", id, action: { state: "pending", action: action.name } });
    if (action.name === "acknowledge") {
      this.acknowledge(id);
      return false;
    }
    return this.actByRest(id, action);
  }

  /** Shows the account of one alert, and of no other; null: of none. */
  showAccount(id: number | null): void {
    if (this.links.state().account?.alert !== id) this.links.dispatch({ kind: "account_shown", id });
    if (id !== null) this.read(id);
  }

  /** A message about this alert has come. */
  heardOf(id: number): void {
    const { account, alerts } = this.links.state();
    if (account?.alert === id || alerts.entries[id]?.care.isRead === false) this.read(id);
  }

  /** What is not known yet, and the one that is looked at. */
  readUnread(): void {
    const { alerts } = this.links.state();
    if (alerts.opened !== null) this.read(alerts.opened);
    unreadCare(alerts).slice(0, MAX_READS).forEach((id) => this.read(id));
  }

  /** Names, for those who may give alerts to others: of all users, or of the colleagues of their rooms. */
  async readUsers(): Promise<void> {
    const now = Date.now();
    const isRecent = now >= this.usersReadAt && now - this.usersReadAt < USERS_EVERY_MS;
    const { me } = this.links.state();
    if (isRecent || !mayDo(me, "assign")) return;
    this.usersReadAt = now;
    const users = await (mayListUsers(me) ? this.links.api.users() : this.links.api.carers());
    this.links.dispatch({ kind: "users", users });
  }

  private isPending(id: number): boolean {
    return this.links.state().alerts.entries[id]?.action.state === "pending";
  }

  private acknowledge(id: number): void {
    if (!this.links.send({ type: "acknowledge", alert_id: id })) return void this.acknowledgeByRest(id);
    clearTimeout(this.ackTimers.get(id));
    this.ackTimers.set(id, setTimeout(() => {
      this.ackTimers.delete(id);
      if (this.isPending(id)) void this.acknowledgeByRest(id);
    }, ACK_TIMEOUT_MS));
  }

  private async acknowledgeByRest(id: number): Promise<void> {
    try {
      const alert = await this.links.api.acknowledge(id);
      this.links.dispatch(alert ? { kind: "acknowledged", alert } : { kind: "already_acknowledged", id });
    } catch (error) {
      // 400 is the answer to a second acknowledgement.
      if (error instanceof ApiError && error.status === 400) return this.links.dispatch({ kind: "already_acknowledged", id });
      this.fail(id, "acknowledge", error);
    }
  }

  // By REST, whose answer is of this very question.
  private async actByRest(id: number, action: AlertAction): Promise<boolean> {
    const startedAt = Date.now();
    try {
      const { alert, care } = await this.links.api.act(id, action);
      this.links.dispatch({ kind: "answered", alert, care, startedAt });
      this.read(id);
      return true;
    } catch (error) {
      this.fail(id, action.name, error);
      // It may have been done all the same.
      this.read(id);
      return false;
    }
  }

  private fail(id: number, action: ActionName, error: unknown): void {
    this.links.dispatch({ kind: "action", id, action: { state: "failed", action, reason: reasonOf(error, action) } });
  }

  /** One question about an alert at a time; what comes meanwhile asks once more. */
  private read(id: number): void {
    if (this.reading.has(id)) return void this.readAgain.add(id);
    this.reading.add(id);
    this.links.load(async () => {
      await this.readNow(id).catch((error) => this.links.dispatch({ kind: "account_failed", id, problem: reasonOf(error, null) }));
      this.reading.delete(id);
      if (this.readAgain.delete(id)) this.read(id);
    });
  }

  private async readNow(id: number): Promise<void> {
    const startedAt = Date.now();
    const { alert, care, entries } = await this.links.api.account(id);
    this.links.dispatch({ kind: "account", alert, care, entries, startedAt });
  }
}

function reasonOf(error: unknown, action: ActionName | null): string {
  if (!(error instanceof ApiError)) return "Erreur inattendue.";
  switch (error.status) {
    case 0:
      if (action === null) return "Serveur injoignable.";
      return action === "acknowledge" ? "Serveur injoignable." : "Pas de réponse du serveur : vérifiez avant de recommencer.";
    case 403:
      return action === "acknowledge" ? "Votre rôle ne permet pas d’acquitter." : "Votre rôle ne permet pas cette action.";
    case 404:
      return "Alerte inconnue du serveur.";
    case 429:
      return "Trop de demandes : attendez un peu.";
    case 400:
      if (error.detail !== "") return error.detail;
      return action === "assign" ? "Utilisateur inconnu, ou qui ne prend pas d’alertes en charge." : "Demande refusée par le serveur.";
    default:
      return `Erreur du serveur (${error.status}).`;
  }
}
