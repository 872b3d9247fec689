import { describe, expect, it } from "vitest";

import type { StopsShown } from "@/client/schema.gen";
import { sumStops } from "./sum-stops";

const nothing = { count: 0, first: [] };
const one: StopsShown = {
  dry_run: true,
  sessions: 1,
  access_tokens: 0,
  identities: 0,
  links: 2,
  open_calls: 0,
  members: { count: 1, first: [{ id: "m", identifier: "mei", display_name: "Mei" }] },
  service_accounts: nothing,
  credentials: { count: 5, first: [{ id: "c", name: "laptop", stops_at: null }] },
  allocations: nothing,
  models: nothing,
};

describe("what stops by several writes", () => {
  it("counts a member whom two of them stop once", () => {
    expect(sumStops([one, one]).members).toEqual(one.members);
  });

  it("adds what is not named, and what is only counted", () => {
    const sum = sumStops([one, { ...one, credentials: { count: 1, first: [{ id: "d", name: "server", stops_at: null }] } }]);
    expect(sum.credentials.count).toBe(6);
    expect(sum.sessions).toBe(2);
    expect(sum.links).toBe(4);
  });

  it("is nothing for nothing", () => {
    expect(sumStops([]).members.count).toBe(0);
  });
});
