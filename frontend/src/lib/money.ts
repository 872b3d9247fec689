/**
 * Money as the API has it, decimal strings of USD with at most nine decimals, written for people.
 * Never a float: sums and roundings are of whole nano-dollars.
 */
const NANOS = 1_000_000_000n;

/** A decimal string of USD as whole nano-dollars. Throws RangeError for what is none. */
export function nanosOf(usd: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(usd);
  if (match === null) throw new RangeError(`not an amount of USD: ${usd}`);
  const [, sign, whole = "0", part = ""] = match;
  const nanos = BigInt(whole) * NANOS + BigInt(part.padEnd(9, "0"));
  return sign === "-" ? -nanos : nanos;
}

/** `$1,234.56`: an amount to so many places, half of one rounded away from zero. */
export function formatUsd(usd: string, places = 2): string {
  return written(nanosOf(usd), places);
}

/** The same, but something is never nothing, however little: `<$0.01`. */
export function shortUsd(usd: string, places = 2): string {
  const text = formatUsd(usd, places);
  return nanosOf(usd) > 0n && /^\$[0.]+$/.test(text) ? `<${text.slice(0, -1)}1` : text;
}

/** A price as it is stored, with at least two places: `$0.025`, `$2.00`. */
export function formatPrice(usd: string): string {
  const part = /\.(\d*?)0*$/.exec(usd)?.[1] ?? "";
  return formatUsd(usd, Math.max(2, part.length));
}

/** How many places the longest of some prices has; at least two. */
export function placesOf(prices: readonly unknown[]): number {
  return Math.max(2, ...prices.map((usd) => (typeof usd === "string" ? formatPrice(usd).replace(/^.*\./, "").length : 0)));
}

/** Every stored place: `$0.000913500`. */
export function exactUsd(usd: string): string {
  return written(nanosOf(usd), 9);
}

/** Whole nano-dollars as a decimal string, as the API has them. */
export function usdOf(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? "-" : ""}${size / NANOS}.${(size % NANOS).toString().padStart(9, "0")}`;
}

/** The exact sum of amounts as the API writes them. */
export function sumUsd(amounts: readonly string[]): string {
  return usdOf(amounts.reduce((sum, amount) => sum + nanosOf(amount), 0n));
}

function written(nanos: bigint, places: number): string {
  const unit = 10n ** BigInt(9 - places);
  const size = nanos < 0n ? -nanos : nanos;
  const rounded = ((size + unit / 2n) / unit).toString().padStart(places + 1, "0");
  const whole = rounded.slice(0, rounded.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
  const part = places > 0 ? `.${rounded.slice(-places)}` : "";
  return `${nanos < 0n ? "-" : ""}$${whole}${part}`;
}
