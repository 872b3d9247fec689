/** Whether a text is an amount of USD as the API takes one. */
export function isUsd(text: string): boolean {
  return /^\d{1,9}(\.\d{1,9})?$/.test(text);
}

/** Seconds as milliseconds, in digits for the address; undefined for what is none. */
export function msOf(seconds: string | undefined): string | undefined {
  return seconds !== undefined && /^\d{1,6}(\.\d{1,3})?$/.test(seconds) ? String(Math.round(Number(seconds) * 1000)) : undefined;
}

/** Milliseconds of the address as seconds, to be changed; empty for none. */
export function secondsOf(ms: string | undefined): string {
  return ms === undefined || !/^\d+$/.test(ms) ? "" : String(Number(ms) / 1000);
}

/** Whether the most is not below the least; where one is missing there is nothing to compare. */
export function isSpan(least: string | undefined, most: string | undefined): boolean {
  return least === undefined || most === undefined || !(Number(most) < Number(least));
}

/** Whether a text is written as the ids of calls are. */
export function readsAsId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text.trim());
}
