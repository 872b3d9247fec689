import { dateFormat } from "./format";

/** A day of a calendar, as the API writes it: `2026-11-19`. */
export type Day = string;

/** The day that a moment belongs to in a zone. */
export function dayIn(moment: Date, zone: string): Day {
  // Swedish dates are ISO dates.
  return dateFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(moment);
}

/** A moment that belongs to a day in a zone. */
export function momentOf(day: Day, zone: string): Date {
  const noon = new Date(`${day}T12:00:00Z`);
  // Zones are up to 14 hours ahead: there, noon in Greenwich is the next day already.
  return dayIn(noon, zone) === day ? noon : new Date(`${day}T00:00:00Z`);
}

/** All days of the month of a day. */
export function daysOfMonth(day: Day): Day[] {
  const [year = 0, month = 1] = day.split("-").map(Number);
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Array.from({ length: count }, (_, index) => `${day.slice(0, 8)}${String(index + 1).padStart(2, "0")}`);
}

/** The time of day in a zone at a moment, to the minute, as a browser's field has it: `2026-11-19T14:32`. */
export function wallTimeIn(moment: Date, zone: string): string {
  const shown = dateFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return shown.format(moment).replace(" ", "T");
}

const DAY_MS = 86_400_000;

/** The moment at which a zone's clocks show `wallTime`: the first one where they do so twice; where they skip it, as if they did not. */
export function momentAt(wallTime: string, zone: string): Date {
  const asUtc = Date.parse(`${wallTime}Z`);
  // Clocks are changed once a day at most, so these are all the offsets that can hold.
  const offsets = [asUtc - DAY_MS, asUtc + DAY_MS].map((at) => Date.parse(`${wallTimeIn(new Date(at), zone)}Z`) - at);
  const moments = offsets.map((offset) => new Date(asUtc - offset)).sort((a, b) => a.getTime() - b.getTime());
  const before = new Date(asUtc - (offsets[0] ?? 0));
  return moments.find((moment) => wallTimeIn(moment, zone) === wallTime) ?? before;
}
