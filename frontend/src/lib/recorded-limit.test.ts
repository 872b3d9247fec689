import { describe, expect, it } from "vitest";

import { isSameLimit, recordedLimit, takenOf, termsNow, termsThen } from "./recorded-limit";

const RECORDED = {
  limit_id: "0199",
  subject: "allocation",
  metric: "cost",
  window: "per month",
  limit: "15.00",
  used: "14.90",
  held: "0.08",
  left: "0.02",
  needed: "0.208164",
  resets_at: "2026-12-01T00:00:00+00:00",
};

describe("a limit as a record tells it", () => {
  it("is what was recorded, money untouched", () => {
    const found = recordedLimit(RECORDED);
    expect(found).toMatchObject({ metric: "cost", window: { kind: "month" }, limit: "15.00", used: "14.90", held: "0.08", left: "0.02", needed: "0.208164", resetsAt: RECORDED.resets_at });
    expect(found === null ? 0 : takenOf(found)).toBeCloseTo(14.98 / 15);
  });

  it("has the window that it had", () => {
    const windows = ["per call", "per day", "per month", "in all", "at a time", "per 3600 s"].map((window) => recordedLimit({ ...RECORDED, window })?.window);
    expect(windows).toEqual([{ kind: "request" }, { kind: "day" }, { kind: "month" }, { kind: "lifetime" }, { kind: "concurrency" }, { kind: "sliding", seconds: 3600 }]);
  });

  it("is none where a part of it is not there", () => {
    for (const name of ["metric", "window", "limit", "used", "held", "left", "needed"]) expect(recordedLimit({ ...RECORDED, [name]: undefined })).toBeNull();
    expect(recordedLimit({ ...RECORDED, window: "per fortnight" })).toBeNull();
    expect(recordedLimit({ ...RECORDED, limit: "much" })).toBeNull();
    expect(recordedLimit({ because: "hidden_by_policy" })).toBeNull();
  });

  it("of nothing is taken whole", () => {
    const found = recordedLimit({ ...RECORDED, limit: 0, used: 0, held: 0, left: 0 });
    expect(found === null ? 0 : takenOf(found)).toBe(1);
  });
});

describe("a limit then and now", () => {
  const now = { metric: "cost", window_kind: "month", window_s: null, amount: "15.00" } as const;
  const isSame = (details: Record<string, unknown>, limit: Parameters<typeof termsNow>[0]) => {
    const [then, today] = [termsThen(details), termsNow(limit)];
    return then !== null && today !== null && isSameLimit(then, today);
  };

  it("is the same however its amount is written", () => {
    for (const amount of ["15.00", "15", "15.000000000"]) expect(isSame(RECORDED, { ...now, amount })).toBe(true);
    expect(isSame({ ...RECORDED, metric: "requests", limit: 100 }, { ...now, metric: "requests", amount: 100 })).toBe(true);
    expect(isSame({ ...RECORDED, metric: "requests", limit: 100 }, { ...now, metric: "requests", amount: 10 })).toBe(false);
  });

  it("is another one by its amount, its metric or its window", () => {
    expect(isSame(RECORDED, { ...now, amount: "15.000000001" })).toBe(false);
    expect(isSame(RECORDED, { ...now, metric: "requests" })).toBe(false);
    expect(isSame(RECORDED, { ...now, window_kind: "day" })).toBe(false);
    const sliding = { ...now, window_kind: "sliding", window_s: 60 };
    expect(isSame({ ...RECORDED, window: "per 60 s" }, sliding)).toBe(true);
    expect(isSame({ ...RECORDED, window: "per 60 s" }, { ...sliding, window_s: 61 })).toBe(false);
  });

  it("of calls at a time has no window", () => {
    const three = { ...RECORDED, metric: "concurrency", window: "at a time", limit: 3 };
    expect(isSame(three, { metric: "concurrency", window_kind: "lifetime", window_s: null, amount: 3 })).toBe(true);
  });

  it("is compared as far as the record tells", () => {
    const nothing = { limit_id: "0199", metric: "cost", limit: "0.00", left: "0.00" };
    expect(isSame(nothing, { ...now, amount: "0.00" })).toBe(true);
    expect(isSame(nothing, now)).toBe(false);
    expect(termsThen({ because: "hidden_by_policy" })).toBeNull();
    expect(termsNow({ ...now, window_kind: "fortnight" })).toBeNull();
  });
});
