import { dayIn, momentAt, type Day } from "@/lib/days";
import type { AuditAsked } from "./api";

const DAY_MS = 86_400_000;

/** Whole days as fields of a form have them, the last one included; empty where there is no end. */
export interface Days {
  first: Day;
  last: Day;
}

type Period = Pick<AuditAsked, "since" | "until">;

/** The moments at which these days begin and are over for a reader in `zone`. */
export function periodOf({ first, last }: Days, zone: string): Period {
  return { since: midnight(first, zone), until: last === "" ? undefined : midnight(after(last), zone) };
}

/** The days of a period for a reader in `zone`. An address may hold anything: what is no moment is no end. */
export function daysOf({ since, until }: Period, zone: string): Days {
  return { first: dayOf(since, 0, zone), last: dayOf(until, -1, zone) };
}

function midnight(day: Day, zone: string): string | undefined {
  return day === "" ? undefined : momentAt(`${day}T00:00`, zone).toISOString();
}

function after(day: Day): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

function dayOf(moment: string | undefined, addMs: number, zone: string): Day {
  const at = moment === undefined ? NaN : Date.parse(moment);
  return Number.isNaN(at) ? "" : dayIn(new Date(at + addMs), zone);
}
