import { oneOf, without, word } from "./search";

// Apart from what asks the API: the address is read before a page is.
export const CALL_RANGES = ["hour", "day", "week", "month", "all", "custom"] as const;

export type CallRange = (typeof CALL_RANGES)[number];

/** The period of a list of calls; with `since` or `until` and no range it is `custom`. */
export interface CallsPeriod {
  range?: CallRange | undefined;
  /** Moments as the API writes them; they count with `custom` alone. */
  since?: string | undefined;
  until?: string | undefined;
}

/** What everybody's calls and one's own can be narrowed to. */
export interface CallsNarrowed extends CallsPeriod {
  outcome?: string | undefined;
  model?: string | undefined;
  provider?: string | undefined;
  credential_id?: string | undefined;
  allocation_id?: string | undefined;
  client?: string | undefined;
  request_id?: string | undefined;
  call_id?: string | undefined;
  /** Decimal amounts of USD. */
  cost_usd_min?: string | undefined;
  cost_usd_max?: string | undefined;
  /** Whole milliseconds, as text of digits. */
  latency_ms_min?: string | undefined;
  latency_ms_max?: string | undefined;
}

/** How the address of a list of calls is read. */
export const CALLS_READ = {
  range: oneOf(CALL_RANGES),
  since: word(64),
  until: word(64),
  outcome: word(),
  model: word(),
  provider: word(),
  credential_id: word(64),
  allocation_id: word(64),
  client: word(),
  request_id: word(),
  call_id: word(64),
  cost_usd_min: word(32),
  cost_usd_max: word(32),
  latency_ms_min: digits,
  latency_ms_max: digits,
};

function digits(raw: unknown): string | undefined {
  const given = word(9)(raw);
  return given !== undefined && /^\d+$/.test(given) ? given : undefined;
}

const HOUR_MS = 3_600_000;
const BACK_MS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS, month: 30 * 24 * HOUR_MS } as const;

/** The range that is meant; `usual` is that of an address which names none. */
export function rangeOf({ range, since, until }: CallsPeriod, usual: CallRange): CallRange {
  return range ?? (since === undefined && until === undefined ? usual : "custom");
}

/** The same question as the API takes it, with the period's ends; `usual` is the range of an address that names none. */
export function callsSent<Asked extends CallsNarrowed>(asked: Asked, usual: CallRange, now = Date.now()) {
  const { since, until, latency_ms_min: least, latency_ms_max: most } = asked;
  const range = rangeOf(asked, usual);
  const rest = {
    ...without(asked, "range", "since", "until", "latency_ms_min", "latency_ms_max"),
    ...(least !== undefined && { latency_ms_min: Number(least) }),
    ...(most !== undefined && { latency_ms_max: Number(most) }),
  };
  if (range === "all") return rest;
  if (range === "custom") return { ...rest, since, until };
  return { ...rest, since: new Date(now - BACK_MS[range]).toISOString() };
}
