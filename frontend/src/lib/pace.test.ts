import { describe, expect, it } from "vitest";

import { paceOf } from "./pace";

const november = { window_start: "2026-11-01T00:00:00Z", resets_at: "2026-12-01T00:00:00Z" };
const middle = new Date("2026-11-16T00:00:00Z");

describe("the pace of a limit", () => {
  it("lasts where less is used than of the window is over", () => {
    const pace = paceOf({ ...november, limit: 100, used: 40, left: 60 }, middle);
    expect(pace).toEqual({ share: 0.4, today: 0.5, state: "fine", runsOutAt: null });
  });

  it("says when it runs out, before the reset", () => {
    const pace = paceOf({ ...november, limit: "15.00", used: "10.00", left: "5.00" }, middle);
    expect(pace.state).toBe("soon");
    expect(pace.runsOutAt?.toISOString()).toBe("2026-11-23T12:00:00.000Z");
  });

  it("warns of little that is left even where it lasts", () => {
    const late = new Date("2026-11-30T12:00:00Z");
    expect(paceOf({ ...november, limit: 100, used: 85, left: 15 }, late).state).toBe("soon");
  });

  it("is over at nothing left, though a hold and not use took it", () => {
    expect(paceOf({ ...november, limit: 100, used: 10, left: 0 }, middle).state).toBe("over");
    expect(paceOf({ ...november, limit: 0, used: 0, left: 0 }, middle).share).toBe(1);
  });

  it("knows no pace of a limit without a window", () => {
    expect(paceOf({ window_start: null, resets_at: null, limit: 10, used: 5, left: 5 }, middle).runsOutAt).toBeNull();
  });
});
