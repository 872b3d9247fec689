import { describe, expect, it } from "vitest";

import { addressOf, PICTURE_MB_MAX, takenOf } from "./pictures";

const png = { type: "image/png", size: 10 };

describe("pictures for a question", () => {
  it("are taken while there is room, and it is said why one is not", () => {
    expect(takenOf([png, png], 0)).toEqual({ taken: [png, png], refused: null });
    expect(takenOf([png, { ...png, type: "image/svg+xml" }], 0)).toEqual({ taken: [png], refused: "type" });
    expect(takenOf([{ ...png, size: PICTURE_MB_MAX * 1_000_000 + 1 }], 0)).toEqual({ taken: [], refused: "size" });
    expect(takenOf([png, png], 3)).toEqual({ taken: [png], refused: "count" });
    expect(takenOf([png], 9)).toEqual({ taken: [], refused: "count" });
  });

  it("become an address that holds them", async () => {
    expect(await addressOf(new Blob([new Uint8Array([1, 2, 3])], { type: "image/png" }))).toBe("data:image/png;base64,AQID");
  });
});
