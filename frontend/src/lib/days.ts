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
