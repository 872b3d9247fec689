import { getSetting } from "./settings";

let zoneHere: string | null = null;

/** The zone that the browser is in. */
export function browserZone(): string {
  if (zoneHere === null) {
    zoneHere = Intl.DateTimeFormat().resolvedOptions().timeZone;
    // Asking costs as much as a cell of a table, which asks for it; and people travel with a page open.
    setTimeout(() => {
      zoneHere = null;
    });
  }
  return zoneHere;
}

/** The zone in which the person reads days and months: the one they chose, else the browser's. */
export function readersZone(): string {
  return getSetting("zone") || browserZone();
}
