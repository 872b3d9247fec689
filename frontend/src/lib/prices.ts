import { nanosOf } from "./money";

/** What a price can be of, in the order in which it is shown; each is the API's name without `_usd`. */
export const PRICE_KINDS = [
  "input",
  "cached_read",
  "cache_write",
  "cache_write_1h",
  "output",
  "reasoning",
  "per_request",
  "per_image",
  "per_page",
  "per_second",
  "per_character",
  "per_query",
] as const;

export type PriceKind = (typeof PRICE_KINDS)[number];

/** Prices as the API has them: decimal strings of USD, per million tokens, per request or per unit. */
export type Prices = Readonly<Record<string, unknown>>;

/** The amount of a kind, as a decimal string of USD; null where none is stated. */
export function amountOf(prices: Prices | null | undefined, kind: PriceKind): string | null {
  const amount = prices?.[`${kind}_usd`];
  return typeof amount === "string" ? amount : null;
}

/** The kinds that have a price, in their order. */
export function kindsOf(prices: Prices | null | undefined): PriceKind[] {
  return PRICE_KINDS.filter((kind) => amountOf(prices, kind) !== null);
}

/** What is charged in place of the usual prices where a call's input is longer than so many tokens. */
export interface LongInput {
  above: number;
  prices: Prices;
}

/** The prices for long inputs, the shortest first. */
export function longInputsOf(prices: Prices | null | undefined): LongInput[] {
  const tiers: unknown = prices?.["tiers"];
  if (!Array.isArray(tiers)) return [];
  return tiers.filter(isObject).flatMap((tier) => (typeof tier["above_input_tokens"] === "number" ? [{ above: tier["above_input_tokens"], prices: tier }] : []));
}

/** The tiers of service that have prices of their own, by name. */
export function servicesOf(prices: Prices | null | undefined): { name: string; prices: Prices }[] {
  const services: unknown = prices?.["service_tiers"];
  if (!isObject(services)) return [];
  return Object.entries(services).flatMap(([name, stated]) => (isObject(stated) ? [{ name, prices: stated }] : []));
}

/** Tokens of many calls: input holds what was read from and written to a cache, output holds reasoning. */
export interface Tokens {
  calls: number;
  failed_calls: number;
  input_tokens: number;
  cached_read_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
}

const MILLION = 1_000_000n;

/** What so many tokens come to at the usual prices, in nano-dollars; null where one of them has no price. What is not stated costs as the gateway charges it. */
export function costOf(prices: Prices | null | undefined, tokens: Tokens): bigint | null {
  const input = amountOf(prices, "input");
  const output = amountOf(prices, "output");
  const parts: [number, string | null][] = [
    [tokens.input_tokens - tokens.cached_read_tokens - tokens.cache_write_tokens, input],
    [tokens.cached_read_tokens, amountOf(prices, "cached_read") ?? input],
    [tokens.cache_write_tokens, amountOf(prices, "cache_write") ?? input],
    [tokens.output_tokens - tokens.reasoning_tokens, output],
    [tokens.reasoning_tokens, amountOf(prices, "reasoning") ?? output],
  ];
  let perMillion = 0n;
  for (const [count, usd] of parts) {
    if (count <= 0) continue;
    if (usd === null) return null;
    perMillion += BigInt(count) * nanosOf(usd);
  }
  const perRequest = amountOf(prices, "per_request");
  const requests = perRequest === null ? 0n : BigInt(tokens.calls - tokens.failed_calls) * nanosOf(perRequest);
  return (perMillion + MILLION / 2n) / MILLION + requests;
}

function isObject(given: unknown): given is Record<string, unknown> {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}
