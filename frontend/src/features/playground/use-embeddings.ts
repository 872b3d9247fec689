import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { ApiProblem } from "@/client/problem";
import { embed } from "./calling";

/** Texts and their vectors, in the same order. */
export interface Found {
  texts: readonly string[];
  vectors: readonly (readonly number[])[];
}

/** What an embedding model was asked on this page: the calls so far, and what the last one found. */
export interface Embeddings {
  found: Found | null;
  problem: ApiProblem | null;
  isRunning: boolean;
  calls: readonly (string | null)[];
  send: (asked: { model: string; credentialId: string; texts: readonly string[] }) => void;
  stop: () => void;
}

/** Begins with nothing asked. */
export function useEmbeddings(): Embeddings {
  const queries = useQueryClient();
  const [found, setFound] = useState<Found | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isRunning, setIsRunning] = useState(false);
  const [calls, setCalls] = useState<readonly (string | null)[]>([]);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function ask({ model, credentialId, texts }: Parameters<Embeddings["send"]>[0]) {
    const control = new AbortController();
    running.current = control;
    setIsRunning(true);
    setProblem(null);
    let call: string | null = null;
    try {
      const vectors = await embed({
        credentialId,
        body: { model, input: texts, encoding_format: "float" },
        signal: control.signal,
        onCall: (callId) => (call = callId),
      });
      setFound({ texts, vectors });
    } catch (error) {
      if (!control.signal.aborted) setProblem(error instanceof ApiProblem ? error : new ApiProblem({ code: "unexpected_answer" }));
    } finally {
      running.current = null;
      setIsRunning(false);
      setCalls((all) => [...all, call]);
      for (const noun of ["allocations", "models", "usage"]) void queries.invalidateQueries({ queryKey: [noun] });
    }
  }

  return {
    found,
    problem,
    isRunning,
    calls,
    send: (asked) => {
      if (running.current === null) void ask(asked);
    },
    stop: () => running.current?.abort(),
  };
}
