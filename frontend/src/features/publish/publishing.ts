import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { ApiProblem } from "@/client/problem";
import { publish, type Published, type ToPublish } from "./api";

/** How publishing one model ended: where it went, or why it was not made. */
export type Result = Published | ApiProblem;

/** Publishes models one after another, each with its own result, by the provider's name of it. */
export function usePublishing() {
  const queries = useQueryClient();
  const [results, setResults] = useState<ReadonlyMap<string, Result>>(new Map());
  const [isBusy, setBusy] = useState(false);

  async function begin(all: readonly ToPublish[]) {
    setBusy(true);
    setResults(new Map());
    try {
      for (const given of all) {
        const result = await publish(given).catch((problem: unknown) => {
          if (problem instanceof ApiProblem) return problem;
          throw problem;
        });
        setResults((before) => new Map(before).set(given.upstream.id, result));
      }
    } finally {
      setBusy(false);
      await queries.invalidateQueries({ queryKey: ["admin", "models"] });
      await queries.invalidateQueries({ queryKey: ["models"] });
    }
  }

  return { results, isBusy, begin };
}
