import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { ApiProblem } from "@/client/problem";
import { inPool } from "./in-pool";
import type { Noun } from "./writes";

/** What became of one row; `problem` is null where it worked. */
export interface Line<Row> {
  row: Row;
  problem: ApiProblem | null;
}

/**
 * One write for each of many rows: `run` begins it, `stop` begins no further ones. A row that is refused does not keep the
 * others from theirs. What it `touches` is read anew at the end.
 */
export function useBulk<Row extends { id: string }>({ act, touches }: { act: (row: Row) => Promise<unknown>; touches: readonly Noun[] }) {
  const queries = useQueryClient();
  const [state, setState] = useState<"asking" | "running" | "done">("asking");
  const [lines, setLines] = useState<readonly Line<Row>[]>([]);
  const [all, setAll] = useState(0);
  const stopped = useRef(false);

  async function each(row: Row) {
    if (stopped.current) return;
    const problem = await act(row).then(
      () => null,
      (error: unknown) => (error instanceof ApiProblem ? error : new ApiProblem({ code: "unreachable" })),
    );
    setLines((now) => [...now.filter((line) => line.row.id !== row.id), { row, problem }]);
  }

  async function run(rows: readonly Row[]) {
    stopped.current = false;
    setState("running");
    // A second run is of those that failed: the others keep their line.
    setLines((now) => now.filter((line) => rows.every((row) => row.id !== line.row.id)));
    setAll((now) => Math.max(now, rows.length));
    await inPool(rows, each);
    await Promise.all(touches.map((noun) => queries.invalidateQueries({ queryKey: [noun] })));
    setState("done");
  }

  return {
    state,
    lines,
    all,
    run: (rows: readonly Row[]) => void run(rows),
    stop: () => {
      stopped.current = true;
    },
  };
}
