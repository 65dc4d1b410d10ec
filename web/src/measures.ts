// The measures the page knows, one line each, in the order a tile shows them.

export type MeasureKey =
  | "heart_rate"
  | "oxygen_saturation"
  | "systolic_pressure"
  | "diastolic_pressure"
  | "temperature"
  | "respiratory_rate"
  | "glucose";

export type RowKey = Exclude<MeasureKey, "systolic_pressure" | "diastolic_pressure"> | "blood_pressure";

/** One line of a tile. Blood pressure is the only line made of two measures. */
export interface MeasureRow {
  key: RowKey;
  label: string;
  unit: string;
  decimals: number;
  /** Smallest span of the sparkline's scale, so that noise does not look like a crisis. */
  minSpan: number;
  parts: readonly MeasureKey[];
}

export const ROWS: readonly MeasureRow[] = [
  { key: "heart_rate", label: "Fréq. cardiaque", unit: "bpm", decimals: 0, minSpan: 30, parts: ["heart_rate"] },
  { key: "oxygen_saturation", label: "SpO₂", unit: "%", decimals: 0, minSpan: 6, parts: ["oxygen_saturation"] },
  { key: "blood_pressure", label: "Tension", unit: "mmHg", decimals: 0, minSpan: 40, parts: ["systolic_pressure", "diastolic_pressure"] },
  { key: "temperature", label: "Température", unit: "°C", decimals: 1, minSpan: 1.5, parts: ["temperature"] },
  { key: "respiratory_rate", label: "Fréq. respiratoire", unit: "/min", decimals: 0, minSpan: 10, parts: ["respiratory_rate"] },
  { key: "glucose", label: "Glycémie", unit: "mg/dL", decimals: 0, minSpan: 40, parts: ["glucose"] },
];

export const MEASURES: readonly MeasureKey[] = ROWS.flatMap((row) => row.parts);

export function isMeasure(key: string): key is MeasureKey {
  return (MEASURES as readonly string[]).includes(key);
}
