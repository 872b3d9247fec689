import { describe, expect, it } from "vitest";

import { inPool } from "./in-pool";

describe("many requests", () => {
  it("are never more at a time than the pool is wide, and answer in their order", async () => {
    let [now, most] = [0, 0];
    const answers = await inPool(
      [5, 1, 4, 2, 3, 0],
      async (each) => {
        most = Math.max(most, ++now);
        await new Promise((done) => setTimeout(done, each));
        now--;
        return each * 10;
      },
      2,
    );
    expect(answers).toEqual([50, 10, 40, 20, 30, 0]);
    expect(most).toBe(2);
  });

  it("stop with the first that fails", async () => {
    await expect(inPool([1, 2, 3], (each) => (each === 2 ? Promise.reject(new Error("no")) : Promise.resolve(each)))).rejects.toThrow("no");
  });
});
