import { describe, expect, it } from "vitest";

import { oneOf, search, without, word, words } from "./search";

describe("what a page reads from its address", () => {
  const read = search({ q: word(5), state: oneOf(["active", "paused"]), m: words(2) });

  it("drops what is unknown, too long or none of the words, and never fails", () => {
    expect(read({ q: "longer", state: "other", extra: 1, m: [{}, ""] })).toEqual({});
    expect(read({ q: { deep: true }, state: null, m: undefined })).toEqual({});
  });

  it("reads what was typed as a number as the text it was", () => {
    expect(read({ q: 12, state: "paused", m: "a" })).toEqual({ q: "12", state: "paused", m: ["a"] });
  });

  it("takes no more than so many", () => {
    expect(read({ m: ["a", "b", "c"] })).toEqual({ m: ["a", "b"] });
  });
});

describe("what a page asks for", () => {
  it("has what is only open on it", () => {
    expect(without({ q: "a", call: "b", live: undefined }, "call", "live")).toEqual({ q: "a" });
  });
});
