import { describe, expect, it } from "vitest";

import { differencesOf } from "./differences";

describe("differencesOf", () => {
  it("names what changed first, by its path", () => {
    expect(differencesOf({ name: "a", limits: { cost: "5" } }, { name: "a", limits: { cost: "7" } })).toEqual([
      { field: "limits.cost", before: "5", after: "7", isChanged: true },
      { field: "name", before: "a", after: "a", isChanged: false },
    ]);
  });

  it("has no before for what was made, and no after for what was deleted", () => {
    expect(differencesOf(null, { name: "a" })).toEqual([{ field: "name", before: undefined, after: "a", isChanged: true }]);
    expect(differencesOf({ name: "a" }, null)).toEqual([{ field: "name", before: "a", after: undefined, isChanged: true }]);
  });
});
