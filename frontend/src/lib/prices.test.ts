import { describe, expect, test } from "vitest";

import { amountOf, costOf, kindsOf, longInputsOf, servicesOf } from "./prices";

const PRICES = {
  input_usd: "3",
  cached_read_usd: "0.30",
  output_usd: "15.00",
  per_request_usd: "0.002",
  tiers: [{ above_input_tokens: 200_000, input_usd: "6", output_usd: "22.5" }],
  service_tiers: { flex: { input_usd: "1.5" } },
};
const TOKENS = { calls: 10, failed_calls: 2, input_tokens: 3_000_000, cached_read_tokens: 1_000_000, cache_write_tokens: 500_000, output_tokens: 1_000_000, reasoning_tokens: 400_000 };

describe("prices as the API writes them", () => {
  test("are not missed for the unit in their names", () => {
    expect(amountOf(PRICES, "input")).toBe("3");
    expect(amountOf({ input: "3" }, "input")).toBeNull();
    expect(kindsOf(PRICES)).toEqual(["input", "cached_read", "output", "per_request"]);
    expect(kindsOf(null)).toEqual([]);
  });

  test("do not hide that long inputs and other services cost more or less", () => {
    expect(longInputsOf(PRICES)).toMatchObject([{ above: 200_000, prices: { input_usd: "6" } }]);
    expect(servicesOf(PRICES)).toMatchObject([{ name: "flex" }]);
    expect(longInputsOf({ input_usd: "1" })).toEqual([]);
    expect(servicesOf(null)).toEqual([]);
  });
});

describe("what a month would have cost", () => {
  test("is not another amount than the gateway would charge", () => {
    // 1.5 M plain at 3, 1 M read from a cache at 0.30, 0.5 M written to it at 3, 1 M out at 15, 8 calls at 0.002.
    expect(costOf(PRICES, TOKENS)).toBe(4_500_000_000n + 300_000_000n + 1_500_000_000n + 15_000_000_000n + 16_000_000n);
  });

  test("is not zero where a price is unknown", () => {
    expect(costOf({ input_usd: "3" }, TOKENS)).toBeNull();
    expect(costOf(null, TOKENS)).toBeNull();
  });

  test("is not unknown for want of a price that nothing needs", () => {
    expect(costOf({ input_usd: "0.13" }, { ...TOKENS, output_tokens: 0, reasoning_tokens: 0 })).toBe(390_000_000n);
  });
});
