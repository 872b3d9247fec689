import { useMutation, useQueryClient } from "@tanstack/react-query";
import { flushSync } from "react-dom";

import type { ApiProblem } from "@/client/problem";

/** Every noun that a page shows. A query's key begins with its noun, so a write says what it touches by name. */
export type Noun =
  | "me"
  | "methods"
  | "models"
  | "allocations"
  | "credentials"
  | "usage"
  | "calls"
  | "devices"
  | "sessions"
  | "access-tokens"
  | "admin";

/** The key of a query: its noun, what is asked of it, and the parameters of the question. */
export function key(noun: Noun, ...parts: unknown[]): readonly [Noun, ...unknown[]] {
  return [noun, ...parts];
}

/**
 * A write with its state: `mutate` begins it, `problem` is why it failed, and stays until the next try.
 * What it `touches` is read anew before `mutate` counts as done.
 */
export function useWrite<Given, Answer>(options: {
  write: (given: Given) => Promise<Answer>;
  touches: readonly Noun[];
  onDone?: (answer: Answer, given: Given) => void;
}) {
  const queries = useQueryClient();
  const { error, ...mutation } = useMutation<Answer, ApiProblem, Given>({
    mutationFn: options.write,
    onSuccess: (answer, given) => {
      // What closes is gone before anything is read anew: it would ask what the write would do, which it has done.
      flushSync(() => options.onDone?.(answer, given));
      return Promise.all(options.touches.map((noun) => queries.invalidateQueries({ queryKey: [noun] })));
    },
  });
  return { ...mutation, problem: error };
}
