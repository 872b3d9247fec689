import { beforeEach, describe, expect, it } from "vitest";

import { noteRecent, recentOf } from "./recent";

beforeEach(() => sessionStorage.clear());

describe("what was opened last", () => {
  it("stands first, once, and no more than five are kept", () => {
    for (const id of ["a", "b", "c", "d", "e", "f", "b"]) noteRecent("me", { kind: "model", id, name: id });
    expect(recentOf("me").map((each) => each.id)).toEqual(["b", "f", "e", "d", "c"]);
  });

  it("is not shown to the next person at the same tab", () => {
    noteRecent("me", { kind: "member", id: "a", name: "Mei" });
    expect(recentOf("another")).toEqual([]);
  });

  it("is nothing where what was kept cannot be read", () => {
    sessionStorage.setItem("ai-api.recent.me", "{");
    expect(recentOf("me")).toEqual([]);
  });
});
