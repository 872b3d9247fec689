import { describe, expect, it } from "vitest";

import { recordedLimit, takenOf } from "./recorded-limit";

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
