import { describe, expect, it } from "vitest";

import { cosine, textsOf } from "./vectors";

describe("vectors of texts", () => {
  it("are as alike as their directions", () => {
    expect(cosine([1, 2], [2, 4])).toBeCloseTo(1);
    expect(cosine([1, 0], [0, 5])).toBe(0);
    expect(cosine([1, 0], [-1, 0])).toBe(-1);
    expect(cosine([0, 0], [1, 1])).toBe(0);
  });

  it("are asked for of each line that says something", () => {
    expect(textsOf(" a river\r\n\n the sea \n")).toEqual(["a river", "the sea"]);
  });
});
