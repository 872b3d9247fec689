import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { ApiProblem } from "@/client/problem";
import { NOTHING_YET } from "./answer";
import { chat } from "./calling";
import { askedOf, type Parameters, type Question, type Turn } from "./conversation";

interface Asked {
  model: string;
  credentialId: string;
  question: Question;
  parameters: Parameters;
}

/** A conversation, kept as long as its page is open. One question is answered at a time. */
export interface Conversation {
  turns: readonly Turn[];
  isAnswering: boolean;
  send: (asked: Asked) => void;
  /** Asks the last question once more, in place of what was answered. */
  again: (asked: Omit<Asked, "question">) => void;
  stop: () => void;
  clear: () => void;
}

/** Begins a conversation. */
export function useConversation(): Conversation {
  const queries = useQueryClient();
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const running = useRef<AbortController | null>(null);
  const lastId = useRef(0);
  useEffect(() => () => running.current?.abort(), []);

  async function ask(before: readonly Turn[], { model, credentialId, question, parameters }: Asked) {
    const control = new AbortController();
    running.current = control;
    const id = (lastId.current += 1);
    const startedMs = Date.now();
    setTurns([...before, { id, model, question, answer: NOTHING_YET, state: "answering", problem: null, callId: null, startedMs, tookMs: null }]);
    const change = (now: Partial<Turn>) => setTurns((all) => all.map((turn) => (turn.id === id ? { ...turn, ...now } : turn)));
    try {
      await chat({
        credentialId,
        body: { model, ...askedOf(before, question, parameters) },
        signal: control.signal,
        onCall: (callId) => change({ callId }),
        onAnswer: (answer) => change({ answer }),
      });
      change({ state: "done", tookMs: Date.now() - startedMs });
    } catch (error) {
      const tookMs = Date.now() - startedMs;
      if (control.signal.aborted) change({ state: "stopped", tookMs });
      else change({ state: "failed", tookMs, problem: error instanceof ApiProblem ? error : new ApiProblem({ code: "unexpected_answer" }) });
    } finally {
      if (running.current === control) running.current = null;
      // What is left is another amount now, and a model that was claimed by calling it is the member's.
      for (const noun of ["allocations", "models", "usage"]) void queries.invalidateQueries({ queryKey: [noun] });
    }
  }

  return {
    turns,
    isAnswering: turns.at(-1)?.state === "answering",
    send: (asked) => {
      if (running.current === null) void ask(turns, asked);
    },
    again: (asked) => {
      const last = turns.at(-1);
      if (last !== undefined && running.current === null) void ask(turns.slice(0, -1), { ...asked, question: last.question });
    },
    stop: () => running.current?.abort(),
    clear: () => {
      running.current?.abort();
      setTurns([]);
    },
  };
}
