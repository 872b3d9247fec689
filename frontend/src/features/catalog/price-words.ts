import { useTranslation } from "react-i18next";

import type { PriceShown } from "@/client/schema.gen";

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

/** What a kind of price is called. */
export function usePriceWords(): (kind: PriceKind) => string {
  const { t } = useTranslation("catalog");
  return (kind) => t(`price.${kind}`);
}

/** The amount of a kind in a version, as a decimal string of USD; null where it has none. */
export function amountOf(prices: Readonly<Record<string, unknown>> | null | undefined, kind: PriceKind): string | null {
  const amount = prices?.[`${kind}_usd`];
  return typeof amount === "string" ? amount : null;
}

/** The version that is charged at a moment, of versions that are sorted the latest to begin first; undefined before the first. */
export function inForceAt(versions: readonly PriceShown[], now: number): PriceShown | undefined {
  return versions.find((version) => Date.parse(version.in_force_from) <= now);
}
