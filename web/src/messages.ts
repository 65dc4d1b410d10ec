// What the server says, checked before anything else sees it. Each parser answers null for what it does not
// recognise: a message from the network never throws and never reaches the page as markup.

import { parseCare, type Care } from "./care";
import { isFields, number, parseTime, text, type Fields } from "./fields";
import { isMeasure, type MeasureKey } from "./measures";

export { isFields, parseTime } from "./fields";

export type Level = "info" | "warning" | "critical" | "emergency";

/** Opaque: kept and sent back, compared only to order two events of one alert. */
export type Cursor = number | string;

export interface Patient {
  id: number;
  identifiant: string;
  name: string;
  room: string;
}

export interface Alert {
  id: number;
  patient: number;
  level: Level;
  title: string;
  message: string;
  acknowledged: boolean;
  /** Server time, ms since 1970. */
  createdAt: number;
  /** The measured condition is over; the alert may still wait for its acknowledgement. */
  resolved: boolean;
  /** Of what watches the patient (a device), not of the patient's own state. */
  technical: boolean;
  /** User id, and server time, of the acknowledgement. */
  acknowledgedBy: number | null;
  acknowledgedAt: number | null;
}

/** What of the server itself is not as it should be. */
export interface SystemAlert {
  condition: string;
  isPresent: boolean;
  isWarning: boolean;
  message: string;
  /** Server time, ms; null: not told. */
  since: number | null;
}

export interface Device {
  id: number;
  mac: string;
  status: string;
  battery: number | null;
}

export interface Reading {
  measure: MeasureKey;
  value: number;
  /** Server time, ms since 1970. */
  measuredAt: number;
}

export type AlertChange = "alert" | "alert_escalated" | "alert_acknowledged" | "alert_resolved" | "alert_updated";

export type ServerMessage =
  | { type: "readings"; readings: Reading[] }
  | { type: "alert"; change: AlertChange; alert: Alert; cursor: number | null; isLate: boolean; care: Care | null; fact: string; detail: string }
  | { type: "active_alerts"; alerts: Alert[] }
  | { type: "device"; device: Device }
  | { type: "system_alert"; alert: SystemAlert }
  | { type: "gap" }
  | { type: "error"; code: string; message: string; alertId: number | null };

export function parsePatient(value: unknown): Patient | null {
  if (!isFields(value)) return null;
  const id = number(value["id"]);
  const identifiant = text(value["identifiant"]);
  if (id === null || identifiant === "") return null;
  const name = [text(value["nom"]).toUpperCase(), text(value["prenom"])].filter(Boolean).join(" ");
  return { id, identifiant, name: name || identifiant, room: parseRoom(value["salle"]) };
}

function parseRoom(value: unknown): string {
  if (isFields(value)) return text(value["nom"]);
  return text(value);
}

const LEVELS: readonly string[] = ["info", "warning", "critical", "emergency"] satisfies Level[];

export function parseAlert(value: unknown): Alert | null {
  if (!isFields(value)) return null;
  const id = number(value["id"]);
  if (id === null) return null;
  const level = text(value["niveau"]);
  const state = text(value["etat"]);
  return {
    id,
    patient: number(value["patient"]) ?? 0,
    // An unknown level is shown as critical: better one alarm too many than one that looks harmless.
    level: LEVELS.includes(level) ? (level as Level) : "critical",
    title: text(value["titre"]) || "Alerte",
    message: text(value["message"]),
    acknowledged: value["acquittee"] === true,
    createdAt: parseTime(value["date_creation"]) ?? 0,
    resolved: state === "verrouillee" || state === "close",
    technical: value["nature"] === "technique",
    acknowledgedBy: number(value["acquittee_par"]),
    acknowledgedAt: parseTime(value["date_acquittement"]),
  };
}

// A condition that this page does not know yet is shown like any other.
function parseSystemAlert(value: Fields): SystemAlert | null {
  const condition = text(value["condition"]);
  if (condition === "") return null;
  return {
    condition,
    isPresent: value["etat"] !== "absente",
    isWarning: value["niveau"] === "warning" || value["niveau"] === "info",
    message: text(value["message"]) || `Défaut « ${condition} ».`,
    since: parseTime(value["depuis"]),
  };
}

/** A row of `/api/iot/dispositifs/` or a `device_status` message: the same facts under two names. */
export function parseDevice(value: unknown): Device | null {
  if (!isFields(value)) return null;
  const id = number(value["device_id"]) ?? number(value["id"]);
  if (id === null) return null;
  return {
    id,
    mac: text(value["device_mac"]) || text(value["adresse_mac"]),
    status: text(value["status"]),
    battery: number(value["niveau_batterie"]),
  };
}

/** A row of `latest-data` or `real-time`. */
export function parseReading(value: unknown): Reading | null {
  if (!isFields(value)) return null;
  const measure = text(value["type_donnee"]);
  const amount = number(value["valeur"]);
  const measuredAt = parseTime(value["timestamp"]);
  if (!isMeasure(measure) || amount === null || measuredAt === null) return null;
  return { measure, value: amount, measuredAt };
}

export function parseRows<T>(value: unknown, parse: (row: unknown) => T | null): T[] {
  if (!Array.isArray(value)) return [];
  return value.map(parse).filter((row): row is T & NonNullable<typeof row> => row !== null);
}

export function parseMessage(value: unknown): ServerMessage | null {
  if (!isFields(value)) return null;
  switch (value["type"]) {
    case "sensor_data":
      return parseSensorData(value);
    case "alert":
    case "alert_escalated":
    case "alert_acknowledged":
    case "alert_resolved":
    case "alert_updated":
      return parseAlertChange(value["type"], value);
    case "active_alerts":
      return { type: "active_alerts", alerts: parseRows(value["alerts"], parseAlert) };
    case "device_status": {
      const device = parseDevice(value);
      return device && { type: "device", device };
    }
    case "system_alert": {
      const alert = parseSystemAlert(value);
      return alert && { type: "system_alert", alert };
    }
    case "gap":
      return { type: "gap" };
    case "error":
      return { type: "error", code: text(value["code"]), message: text(value["message"]), alertId: number(value["alert_id"]) };
    default:
      return null;
  }
}

// The outer timestamp is when it was measured, by the server's judgement; the one inside `data` is the device's own.
function parseSensorData(value: Fields): ServerMessage | null {
  const measuredAt = parseTime(value["timestamp"]);
  const data = value["data"];
  if (measuredAt === null || !isFields(data)) return null;
  const readings: Reading[] = [];
  for (const [measure, amount] of Object.entries(data)) {
    const checked = number(amount);
    if (isMeasure(measure) && checked !== null) readings.push({ measure, value: checked, measuredAt });
  }
  return readings.length > 0 ? { type: "readings", readings } : null;
}

function parseAlertChange(change: AlertChange, value: Fields): ServerMessage | null {
  const alert = parseAlert(value["alert"]);
  if (alert === null) return null;
  const care = parseCare(value);
  const isLate = value["late"] === true || care?.late === true;
  const cursor = number(value["cursor"]);
  return { type: "alert", change, alert, cursor, isLate, care, fact: text(value["fait"]), detail: text(value["commentaire"]) };
}
