/** A limit as the record of a refused call keeps it: amounts of money are decimal strings. */
export interface RecordedLimit {
  metric: Metric;
  window: { kind: "request" | "day" | "month" | "lifetime" | "concurrency" } | { kind: "sliding"; seconds: number };
  limit: Amount;
  used: Amount;
  held: Amount;
  left: Amount;
  needed: Amount;
  resetsAt: string | null;
}

type Amount = number | string;
type Metric = (typeof METRICS)[number];

const METRICS = ["requests", "input_tokens", "output_tokens", "total_tokens", "cost", "concurrency"] as const;
const WINDOWS = { "per call": "request", "per day": "day", "per month": "month", "in all": "lifetime", "at a time": "concurrency" } as const;
const SLIDING = /^per (\d+) s$/;

/** What a limit allows, then or now; no window where a record does not tell it. */
export interface LimitTerms {
  metric: Metric;
  window: RecordedLimit["window"] | null;
  limit: Amount;
}

/** What of a record's details is told by a limit that is drawn: the others are told by their names. */
export const DRAWN: ReadonlySet<string> = new Set(["limit", "used", "held", "left", "needed", "metric", "window", "resets_at", "limit_id"]);

/** The limit that refused a call, as it was then; null where the record does not tell all that a bar is drawn of. */
export function recordedLimit(details: Readonly<Record<string, unknown>>): RecordedLimit | null {
  const metric = METRICS.find((each) => each === details["metric"]);
  const window = windowOf(details["window"]);
  const [limit, used, held, left, needed] = ["limit", "used", "held", "left", "needed"].map((name) => amountOf(details[name]));
  if (metric === undefined || window === null || limit === undefined || used === undefined || held === undefined || left === undefined || needed === undefined) return null;
  const resetsAt = typeof details["resets_at"] === "string" ? details["resets_at"] : null;
  return { metric, window, limit, used, held, left, needed, resetsAt };
}

/** What the limit that refused a call allowed then; null where the record does not name its ceiling. */
export function termsThen(details: Readonly<Record<string, unknown>>): LimitTerms | null {
  const metric = METRICS.find((each) => each === details["metric"]);
  const limit = amountOf(details["limit"]);
  return metric === undefined || limit === undefined ? null : { metric, window: windowOf(details["window"]), limit };
}

/** What a limit allows now, in the words of a record. */
export function termsNow({ metric, window_kind: kind, window_s: seconds, amount }: { metric: Metric; window_kind: string; window_s: number | null; amount: Amount }): LimitTerms | null {
  if (metric === "concurrency") return { metric, window: { kind: "concurrency" }, limit: amount };
  if (kind === "sliding" && seconds !== null) return { metric, window: { kind, seconds }, limit: amount };
  const window = Object.values(WINDOWS).find((each) => each === kind);
  return window === undefined ? null : { metric, window: { kind: window }, limit: amount };
}

/** Whether both allow the same, as far as the first tells. */
export function isSameLimit(then: LimitTerms, now: LimitTerms): boolean {
  const seconds = (terms: LimitTerms) => (terms.window?.kind === "sliding" ? terms.window.seconds : null);
  const isSameWindow = then.window === null || (then.window.kind === now.window?.kind && seconds(then) === seconds(now));
  return then.metric === now.metric && isSameWindow && plain(then.limit) === plain(now.limit);
}

// 15, 15.00 and 15.000000000 are one amount; a float would lose the last of nine decimals.
function plain(amount: Amount): string {
  const text = String(amount);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** How much of the limit was taken then, by what was used and by what others held: 0 to 1. Only drawn, so a float is enough. */
export function takenOf({ limit, left }: RecordedLimit): number {
  const whole = Number(limit);
  return whole > 0 ? Math.min(1, Math.max(0, 1 - Number(left) / whole)) : 1;
}

function windowOf(raw: unknown): RecordedLimit["window"] | null {
  if (typeof raw !== "string") return null;
  const seconds = SLIDING.exec(raw)?.[1];
  if (seconds !== undefined) return { kind: "sliding", seconds: Number(seconds) };
  return raw in WINDOWS ? { kind: WINDOWS[raw as keyof typeof WINDOWS] } : null;
}

function amountOf(raw: unknown): Amount | undefined {
  if (typeof raw === "number") return raw;
  return typeof raw === "string" && /^-?\d+(\.\d{1,9})?$/.test(raw) ? raw : undefined;
}
