// French wording of numbers and times.

const clockFormat = new Intl.DateTimeFormat("fr-FR", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dateFormat = new Intl.DateTimeFormat("fr-FR", { day: "2-digit", month: "2-digit" });
const DAY_MS = 86_400_000;

export function formatClock(time: number): string {
  return clockFormat.format(time);
}

/** Hour alone when it is of the last day; with the day otherwise, so that yesterday never reads as today. */
export function formatWhen(time: number, now: number): string {
  const clock = formatClock(time);
  return now - time < DAY_MS / 2 ? clock : `${dateFormat.format(time)} ${clock}`;
}

/** A text of the server as this reader's clock tells its times. */
export function withLocalTimes(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (iso) => {
    const time = Date.parse(iso);
    return Number.isFinite(time) ? `${dateFormat.format(time)} ${formatClock(time)}` : iso;
  });
}

export function formatAge(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  return `${Math.floor(hours / 24)} jours`;
}

export function formatValue(value: number, decimals: number): string {
  return value.toLocaleString("fr-FR", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
