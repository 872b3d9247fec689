import { describe, expect, it } from "vitest";

import { READ_AT_MOST, readAll } from "./read-all";

function list(rows: number) {
  const asked: (string | undefined)[] = [];
  const read = ({ limit, cursor }: { limit: number; cursor?: string }) => {
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    const items = Array.from({ length: Math.min(limit, rows - from) }, (_, index) => from + index);
    return Promise.resolve({ items, next: from + items.length < rows ? String(from + items.length) : null });
  };
  return { read, asked };
}

describe("all rows of a list", () => {
  it("are read a page after another, each once", async () => {
    const { read, asked } = list(450);
    expect(await readAll(read)).toEqual(Array.from({ length: 450 }, (_, index) => index));
    expect(asked).toEqual([undefined, "200", "400"]);
  });

  it("end at the most that one write takes", async () => {
    const { read, asked } = list(5_000);
    expect(await readAll(read)).toHaveLength(READ_AT_MOST);
    expect(asked).toHaveLength(5);
  });
});
