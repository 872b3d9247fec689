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
