import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it } from "vitest";

import { ApiProblem } from "@/client/problem";
import { useBulk } from "./bulk";

const rows = Array.from({ length: 12 }, (_, index) => ({ id: String(index) }));

function begin(write: (row: { id: string }) => Promise<unknown>) {
  const queries = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
  return renderHook(() => useBulk({ act: write, touches: [] }), { wrapper }).result;
}

describe("one write for each of many rows", () => {
  it("goes on after one that is refused, and says which it was", async () => {
    const bulk = begin((row) => (row.id === "3" ? Promise.reject(new ApiProblem({ code: "last_owner", status: 409 })) : Promise.resolve()));
    act(() => bulk.current.run(rows));
    await waitFor(() => expect(bulk.current.state).toBe("done"));
    expect(bulk.current.lines).toHaveLength(12);
    expect(bulk.current.lines.filter((line) => line.problem !== null).map((line) => [line.row.id, line.problem?.code])).toEqual([["3", "last_owner"]]);
  });

  it("tries those that failed again without losing the lines of the others", async () => {
    let isBroken = true;
    const written: string[] = [];
    const bulk = begin((row) => {
      written.push(row.id);
      return isBroken && row.id === "3" ? Promise.reject(new ApiProblem({ code: "unreachable" })) : Promise.resolve();
    });
    act(() => bulk.current.run(rows));
    await waitFor(() => expect(bulk.current.state).toBe("done"));
    isBroken = false;
    written.length = 0;
    act(() => bulk.current.run(rows.slice(3, 4)));
    await waitFor(() => expect(bulk.current.state).toBe("done"));
    expect(bulk.current.lines.every((line) => line.problem === null)).toBe(true);
    expect(written).toEqual(["3"]);
    expect(bulk.current.lines).toHaveLength(12);
    expect(bulk.current.all).toBe(12);
  });

  it("begins no more once it is told to stop", async () => {
    const bulk = begin((row) => {
      if (row.id === "2") bulk.current.stop();
      return Promise.resolve();
    });
    act(() => bulk.current.run(rows));
    await waitFor(() => expect(bulk.current.state).toBe("done"));
    expect(bulk.current.lines.length).toBeLessThan(12);
  });
});
