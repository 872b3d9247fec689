import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { useSelection } from "./selection";

interface Row {
  id: string;
}

function begin(of: unknown) {
  return renderHook((asked: unknown) => useSelection<Row>({ of: asked, rowId: (row) => row.id, nameOf: (row) => row.id }), { initialProps: of });
}

describe("the rows that are ticked", () => {
  it("are nobody's any more when the list is asked for something else", () => {
    const { result, rerender } = begin({ state: "active" });
    act(() => result.current.toggle({ id: "a" }));
    expect(result.current.rows).toEqual([{ id: "a" }]);
    rerender({ state: "disabled" });
    expect(result.current.rows).toEqual([]);
    act(() => result.current.toggle({ id: "b" }));
    expect(result.current.rows).toEqual([{ id: "b" }]);
  });

  it("are told by their ids, not by the object that was read", () => {
    const { result } = begin(null);
    act(() => result.current.replace([{ id: "a" }, { id: "b" }]));
    act(() => result.current.toggle({ id: "a" }));
    expect(result.current.has({ id: "a" })).toBe(false);
    expect(result.current.has({ id: "b" })).toBe(true);
  });
});
