import type { CallRecordShown } from "@/client/schema.gen";

/** A line of the list: a call, or refusals that are alike and stand together. */
export type Line = OneCall | Repeats;

export interface OneCall {
  kind: "call";
  call: CallRecordShown;
  /** It is one of the repeats above it. */
  within: boolean;
}

export interface Repeats {
  kind: "repeats";
  /** In the order of the list, two or more. */
  calls: readonly CallRecordShown[];
  /** How many refusals they stand for: some rows stand for many. */
  count: number;
  /** The list goes on behind the last of them, maybe with more of the same. */
  goesOn: boolean;
  isOpen: boolean;
}

interface Asked {
  /** Calls that are to be seen: what they are repeats of is open. */
  seen: readonly (string | undefined)[];
  /** The list does not end with the last of these calls. */
  hasMore: boolean;
}

/** The calls as the list shows them: refusals of one credential for one reason and one model that stand together are one line. */
export function linesOf(calls: readonly CallRecordShown[], { seen, hasMore }: Asked): Line[] {
  return runsOf(calls).flatMap((run) => {
    const [first] = run;
    if (run.length === 1 && first !== undefined) return [{ kind: "call", call: first, within: false }];
    const isOpen = run.some((call) => seen.includes(call.call_id));
    const goesOn = hasMore && run.at(-1) === calls.at(-1);
    const line: Repeats = { kind: "repeats", calls: run, count: run.reduce((sum, call) => sum + timesOf(call), 0), goesOn, isOpen };
    return [line, ...(isOpen ? run.map((call): OneCall => ({ kind: "call", call, within: true })) : [])];
  });
}

/** How many calls a record stands for. */
function timesOf(call: CallRecordShown): number {
  return Math.max(1, call.refused_count);
}

function runsOf(calls: readonly CallRecordShown[]): CallRecordShown[][] {
  const runs: CallRecordShown[][] = [];
  for (const call of calls) {
    const run = runs.at(-1);
    const [first] = run ?? [];
    if (run !== undefined && first !== undefined && isRefused(first) && isRefused(call) && keyOf(first) === keyOf(call)) run.push(call);
    else runs.push([call]);
  }
  return runs;
}

// Nobody upstream was asked, and its client was there to be told.
function isRefused(call: CallRecordShown): boolean {
  return call.outcome !== "ok" && call.outcome !== "client_closed" && call.outcome !== "interrupted" && call.attempts.length === 0;
}

function keyOf(call: CallRecordShown): string {
  return JSON.stringify([call.member_id, call.credential_id, call.model ?? call.requested_model, call.outcome]);
}
