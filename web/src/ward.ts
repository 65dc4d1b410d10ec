// The ward as the page knows it: state + event + now -> state. Pure: no timer, no network, no clock of its own.

import {
  changeAlert, doubtCare, forgetCursors, markAcknowledged, mergeActive, NO_ALERTS, openAlert, replaceAlerts, setAction, tellCare,
  type ActionState, type AlertList,
} from "./alerts";
import type { AccountEntry, Care } from "./care";
import { mergeClock, type ClockSample } from "./clock";
import { WAKE_GAP_MS, type LinkStatus, type Moment, type Shown } from "./freshness";
import { MEASURES, type MeasureKey } from "./measures";
import type { Alert, Device, Patient, Reading, ServerMessage, SystemAlert } from "./messages";
import { hasten, mayChangeScore, NO_NEWS2, type News2, type News2State } from "./news2";
import type { User } from "./permissions";

export const HISTORY_MS = 5 * 60_000;
export const MAX_POINTS = 600;
/** More would be a fault of the server; the page stays usable. */
const MAX_SYSTEM_ALERTS = 20;

/** Ascending in time, at most five minutes and MAX_POINTS long. Server times, ms. */
export interface History {
  times: readonly number[];
  values: readonly number[];
}

export interface MeasureState {
  shown: Shown;
  history: History;
}

export interface Link {
  status: LinkStatus;
  /** Local time, ms. */
  since: number;
}

export interface PatientState {
  patient: Patient;
  link: Link;
  measures: Readonly<Partial<Record<MeasureKey, MeasureState>>>;
  devices: Readonly<Record<number, Device>>;
  news2: News2State;
}

/** The account of the one alert that is looked at. */
export interface Account {
  alert: number;
  entries: readonly AccountEntry[] | null;
  /** Why it could not be read, or null. */
  problem: string | null;
}

export interface WardState {
  /** By patient id. */
  patients: Readonly<Record<number, PatientState>>;
  alerts: AlertList;
  alertsLink: Link;
  /** Local time of the last whole list of alerts, ms; 0: none yet. */
  alertsReadAt: number;
  /** By condition: what of the server is not as it should be. */
  system: Readonly<Record<string, SystemAlert>>;
  account: Account | null;
  /** Who is signed in; null: not known yet. */
  me: User | null;
  /** By id, as far as the one who is signed in may list them. */
  users: Readonly<Record<number, User>>;
  clock: ClockSample | null;
  /** Local time of the last tick, ms. Ages are counted up to here. */
  now: number;
  wokeAt: number;
  /** Local time since which no socket at all is up, ms; null while one is. */
  offlineSince: number | null;
  wasUp: boolean;
  patientsKnown: boolean;
  /** French text for what could not be loaded, or null. */
  problem: string | null;
}

export type Source = number | "alerts";

export type WardEvent =
  | { kind: "tick" }
  | { kind: "clock"; sample: ClockSample }
  | { kind: "patients"; patients: Patient[] }
  | { kind: "problem"; text: string | null }
  | { kind: "link"; source: Source; status: LinkStatus }
  | { kind: "message"; source: Source; message: ServerMessage }
  | { kind: "devices"; patient: number; devices: Device[] }
  | { kind: "prefill"; patient: number; readings: Reading[] }
  | { kind: "alerts"; alerts: Alert[]; startedAt: number }
  | { kind: "action"; id: number; action: ActionState }
  | { kind: "answered"; alert: Alert; care: Care; startedAt: number }
  | { kind: "account"; alert: Alert; care: Care; entries: AccountEntry[]; startedAt: number }
  | { kind: "account_shown"; id: number | null }
  | { kind: "account_failed"; id: number; problem: string }
  | { kind: "me"; user: User }
  | { kind: "users"; users: User[] }
  | { kind: "news2_asked"; patient: number }
  | { kind: "news2"; patient: number; news2: News2 | null }
  | { kind: "acknowledged"; alert: Alert }
  | { kind: "already_acknowledged"; id: number };

export function emptyWard(now: number): WardState {
  return {
    patients: {}, alerts: NO_ALERTS, alertsLink: { status: "connecting", since: now }, alertsReadAt: 0,
    system: {}, account: null, me: null, users: {}, clock: null,
    now, wokeAt: now, offlineSince: now, wasUp: false, patientsKnown: false, problem: null,
  };
}

export function momentOf(state: WardState): Moment {
  return { now: state.now, clockOffset: state.clock?.offset ?? null, wokeAt: state.wokeAt };
}

export function reduceWard(before: WardState, event: WardEvent, now: number): WardState {
  const state = noticeWake(before, now);
  switch (event.kind) {
    case "tick":
      return { ...state, now };
    case "clock":
      return learnClock(state, event.sample, now);
    case "patients":
      return setPatients(state, event.patients, now);
    case "problem":
      return { ...state, problem: event.text };
    case "link":
      return setLink(state, event.source, event.status, now);
    case "message":
      return receive(state, event.source, event.message, now);
    case "devices":
      return updatePatient(state, event.patient, (one) => ({ ...one, devices: byId(event.devices) }));
    case "prefill":
      return updatePatient(state, event.patient, (one) => addReadings(one, event.readings, state, now, false));
    case "alerts":
      return { ...state, alertsReadAt: event.startedAt, alerts: replaceAlerts(state.alerts, event.alerts, event.startedAt, now) };
    case "action":
      return { ...state, alerts: setAction(state.alerts, event.id, event.action) };
    case "answered":
      return { ...state, alerts: answer(state.alerts, event.alert, event.care, event.startedAt, now) };
    case "account":
      return setAccount(state, event.alert.id, event.entries, tellCare(state.alerts, event.alert, event.care, event.entries, event.startedAt, now));
    case "account_shown":
      return {
        ...state, alerts: openAlert(state.alerts, event.id),
        account: event.id === null ? null : { alert: event.id, entries: null, problem: null },
      };
    case "account_failed":
      return state.account?.alert === event.id ? { ...state, account: { ...state.account, problem: event.problem } } : state;
    case "me":
      return { ...state, me: event.user };
    case "users":
      return { ...state, users: Object.fromEntries(event.users.map((user) => [user.id, user])) };
    case "news2_asked":
      return updateNews2(state, event.patient, (known) => ({ ...known, askedAt: now, isDue: false }));
    case "news2":
      return updateNews2(state, event.patient, (known) => (event.news2 ? { ...known, news2: event.news2 } : { ...known, isDue: true }));
    case "acknowledged":
      return { ...state, alerts: changeAlert(state.alerts, "alert_acknowledged", event.alert, null, now) };
    case "already_acknowledged":
      return { ...state, alerts: markAcknowledged(state.alerts, event.id, now) };
  }
}

// What was asked for is done. What came of it is read whole afterwards: who did it, and when.
function answer(list: AlertList, alert: Alert, care: Care, startedAt: number, now: number): AlertList {
  const told = setAction(tellCare(list, alert, care, null, startedAt, now), alert.id, { state: "idle" });
  const entry = told.entries[alert.id];
  if (!entry) return told;
  return { ...told, entries: { ...told.entries, [alert.id]: { ...entry, care: { ...entry.care, isRead: false } } } };
}

function setAccount(state: WardState, id: number, entries: readonly AccountEntry[], alerts: AlertList): WardState {
  const account = state.account?.alert === id ? { alert: id, entries, problem: null } : state.account;
  return { ...state, alerts, account };
}

function updateNews2(state: WardState, patient: number, update: (known: News2State) => News2State): WardState {
  return updatePatient(state, patient, (one) => ({ ...one, news2: update(one.news2) }));
}

// The ticker runs each second. If time jumped, the computer slept or its clock was set: what was learnt about the
// server's clock is void, and nothing is live before a new frame.
function noticeWake(state: WardState, now: number): WardState {
  const gap = now - state.now;
  if (gap >= 0 && gap <= WAKE_GAP_MS) return state;
  return { ...state, now, wokeAt: now, clock: null };
}

function learnClock(state: WardState, sample: ClockSample, now: number): WardState {
  const clock = mergeClock(state.clock, sample);
  if (state.clock !== null) return { ...state, clock };
  // What came while the server's time was unknown could not be checked against it.
  const latest = now + clock.offset;
  const patients = Object.values(state.patients).map((one): [number, PatientState] => [one.patient.id, clampTimes(one, latest)]);
  return { ...state, clock, patients: Object.fromEntries(patients) };
}

// A device whose clock is ahead must not keep later, true times from being shown.
function clampTimes(one: PatientState, latest: number): PatientState {
  const measures = Object.entries(one.measures).map(([key, known]) => {
    if (known.shown.measuredAt <= latest) return [key, known];
    return [key, { ...known, shown: { ...known.shown, measuredAt: latest } }];
  });
  return { ...one, measures: Object.fromEntries(measures) };
}

function setPatients(state: WardState, patients: readonly Patient[], now: number): WardState {
  const next: Record<number, PatientState> = {};
  for (const patient of patients) {
    const known = state.patients[patient.id];
    next[patient.id] = known
      ? { ...known, patient }
      : { patient, link: { status: "connecting", since: now }, measures: {}, devices: {}, news2: NO_NEWS2 };
  }
  return { ...state, patients: next, patientsKnown: true, problem: null };
}

function setLink(state: WardState, source: Source, status: LinkStatus, now: number): WardState {
  const relink = (link: Link): Link => {
    // A retry of a lost connection is still a lost connection until it is up.
    const next = status === "connecting" && link.status === "down" ? "down" : status;
    return next === link.status ? link : { status: next, since: now };
  };
  const linked =
    source === "alerts"
      ? relinkAlerts(state, relink(state.alertsLink))
      : updatePatient(state, source, (one) => ({ ...one, link: relink(one.link) }));
  const up = countLinks(linked).up;
  if (up > 0) return { ...linked, offlineSince: null, wasUp: true };
  return { ...linked, offlineSince: linked.offlineSince ?? now };
}

// A new connection is told of every fault of the server that is present; what was done about alerts may have been missed.
function relinkAlerts(state: WardState, link: Link): WardState {
  if (link === state.alertsLink || link.status !== "up") return { ...state, alertsLink: link };
  return { ...state, alertsLink: link, system: {}, alerts: doubtCare(state.alerts) };
}

function receive(state: WardState, source: Source, message: ServerMessage, now: number): WardState {
  switch (message.type) {
    case "readings":
      if (source === "alerts") return state;
      return updatePatient(state, source, (one) => addReadings(one, message.readings, state, now, true));
    case "device":
      if (source === "alerts") return state;
      return updatePatient(state, source, (one) => ({ ...one, devices: mergeDevice(one.devices, message.device) }));
    case "alert": {
      const alerts = changeAlert(state.alerts, message.change, message.alert, message.cursor, now, message);
      if (alerts === state.alerts) return state;
      if (message.change === "alert_updated" || message.alert.technical) return { ...state, alerts };
      return updateNews2({ ...state, alerts }, message.alert.patient, (known) => hasten(known, now));
    }
    case "system_alert":
      return { ...state, system: changeSystem(state.system, message.alert) };
    case "active_alerts":
      return { ...state, alerts: mergeActive(state.alerts, message.alerts, now) };
    case "gap":
      return { ...state, alerts: doubtCare(forgetCursors(state.alerts)) };
    case "error":
      return receiveError(state, message.code, message.message, message.alertId, now);
  }
}

function changeSystem(system: WardState["system"], alert: SystemAlert): WardState["system"] {
  const others = Object.values(system).filter((one) => one.condition !== alert.condition);
  const next = alert.isPresent ? [...others, alert].slice(-MAX_SYSTEM_ALERTS) : others;
  return Object.fromEntries(next.map((one) => [one.condition, one]));
}

function receiveError(state: WardState, code: string, text: string, alertId: number | null, now: number): WardState {
  if (alertId === null) return state;
  if (code === "already_acknowledged") return { ...state, alerts: markAcknowledged(state.alerts, alertId, now) };
  const failed: ActionState = { state: "failed", action: "acknowledge", reason: text || "Refusé par le serveur." };
  return { ...state, alerts: setAction(state.alerts, alertId, failed) };
}

function updatePatient(state: WardState, id: number, update: (one: PatientState) => PatientState): WardState {
  const known = state.patients[id];
  if (!known) return state;
  return { ...state, patients: { ...state.patients, [id]: update(known) } };
}

function mergeDevice(devices: Readonly<Record<number, Device>>, device: Device): Readonly<Record<number, Device>> {
  const known = devices[device.id];
  return { ...devices, [device.id]: { ...device, mac: device.mac || (known?.mac ?? "") } };
}

function byId(devices: readonly Device[]): Record<number, Device> {
  return Object.fromEntries(devices.map((device) => [device.id, device]));
}

function addReadings(one: PatientState, readings: readonly Reading[], state: WardState, now: number, framed: boolean): PatientState {
  const serverNow = state.clock === null ? null : now + state.clock.offset;
  const measures: Partial<Record<MeasureKey, MeasureState>> = { ...one.measures };
  for (const reading of readings) {
    const measuredAt = serverNow === null ? reading.measuredAt : Math.min(reading.measuredAt, serverNow);
    const shown: Shown = { value: reading.value, measuredAt, framedAt: framed ? now : null };
    measures[reading.measure] = addReading(measures[reading.measure], shown);
  }
  const isDue = one.news2.isDue || (framed && readings.some((reading) => mayChangeScore(one.news2, reading.measure, reading.value)));
  return { ...one, measures, news2: isDue === one.news2.isDue ? one.news2 : { ...one.news2, isDue } };
}

function addReading(known: MeasureState | undefined, shown: Shown): MeasureState {
  const history = insert(known?.history ?? { times: [], values: [] }, shown.measuredAt, shown.value);
  if (known === undefined) return { shown, history };
  const isLate = shown.measuredAt < known.shown.measuredAt;
  const isKnownAlready = shown.framedAt === null && shown.measuredAt === known.shown.measuredAt;
  return { shown: isLate || isKnownAlready ? known.shown : shown, history };
}

function insert(history: History, time: number, value: number): History {
  const times = [...history.times];
  const values = [...history.values];
  let at = times.length;
  while (at > 0 && times[at - 1]! > time) at -= 1;
  if (at > 0 && times[at - 1] === time) {
    values[at - 1] = value;
  } else {
    times.splice(at, 0, time);
    values.splice(at, 0, value);
  }
  const oldest = times[times.length - 1]! - HISTORY_MS;
  const expired = times.findIndex((one) => one >= oldest);
  const cut = Math.max(expired, times.length - MAX_POINTS, 0);
  return { times: times.slice(cut), values: values.slice(cut) };
}

export function countLinks(state: WardState): { up: number; total: number } {
  const links = [state.alertsLink, ...Object.values(state.patients).map((one) => one.link)];
  return { up: links.filter((link) => link.status === "up").length, total: links.length };
}

/** Whether an empty list means "no alert": only when it was read whole since the alerts' socket is up. */
export function areAlertsComplete(state: WardState): boolean {
  return state.alertsLink.status === "up" && state.alertsReadAt >= state.alertsLink.since;
}

export type Connection = "connecting" | "live" | "partial" | "offline";

export function connectionOf(state: WardState): Connection {
  const { up, total } = countLinks(state);
  if (up === 0) return state.wasUp || state.alertsLink.status === "down" ? "offline" : "connecting";
  return up === total && state.patientsKnown ? "live" : "partial";
}

export interface Room {
  name: string;
  patients: PatientState[];
}

const collator = new Intl.Collator("fr", { numeric: true });

export function roomsOf(patients: Readonly<Record<number, PatientState>>): Room[] {
  const rooms = new Map<string, PatientState[]>();
  for (const one of Object.values(patients)) {
    const room = rooms.get(one.patient.room) ?? [];
    room.push(one);
    rooms.set(one.patient.room, room);
  }
  return [...rooms]
    .map(([name, members]) => ({
      name,
      patients: members.sort((a, b) => collator.compare(a.patient.identifiant, b.patient.identifiant)),
    }))
    .sort((a, b) => Number(a.name === "") - Number(b.name === "") || collator.compare(a.name, b.name));
}

export function hasMeasures(one: PatientState): boolean {
  return MEASURES.some((measure) => one.measures[measure] !== undefined);
}
