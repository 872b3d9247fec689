import { describe, expect, it } from "vitest";

import { exactUsd, formatPrice, formatUsd, nanosOf, shortUsd, usdOf } from "./money";

describe("money", () => {
  it("keeps the last nano-dollar of an amount no float can hold", () => {
    expect(nanosOf("9007199254740993.000000001")).toBe(9007199254740993000000001n);
    expect(exactUsd("9007199254740993.000000001")).toBe("$9,007,199,254,740,993.000000001");
    expect(usdOf(nanosOf("-0.000000001"))).toBe("-0.000000001");
  });

  it("rounds once, half away from zero", () => {
    expect(formatUsd("0.005")).toBe("$0.01");
    expect(formatUsd("0.004999999")).toBe("$0.00");
    expect(formatUsd("999.995")).toBe("$1,000.00");
    expect(formatUsd("-0.005")).toBe("-$0.01");
    expect(formatUsd("0.00086", 4)).toBe("$0.0009");
  });

  it("never shows something as nothing", () => {
    expect(shortUsd("0.000000001")).toBe("<$0.01");
    expect(shortUsd("0.00004", 4)).toBe("<$0.0001");
    expect(shortUsd("0")).toBe("$0.00");
    expect(shortUsd("0.006")).toBe("$0.01");
  });

  it("shows a price as it is stored, with two places at least", () => {
    expect(formatPrice("0.025000000")).toBe("$0.025");
    expect(formatPrice("2")).toBe("$2.00");
    expect(formatPrice("1.5")).toBe("$1.50");
  });

  it("takes nothing for an amount that is none", () => {
    expect(() => nanosOf("1e3")).toThrow(RangeError);
    expect(() => nanosOf("")).toThrow(RangeError);
  });
});
