import type { MyCallRecordShown } from "@/client/schema.gen";

/** A program that called: how often, and when last. `client` is null where it did not say its name. */
export interface Used {
  client: string | null;
  calls: number;
  lastAt: string;
}

/** The programs that made these calls, in the order of the calls; a record of many refusals counts as many. */
export function clientsOf(calls: readonly Pick<MyCallRecordShown, "client" | "started_at" | "refused_count">[]): Used[] {
  const used = new Map<string | null, Used>();
  for (const call of calls) {
    const known = used.get(call.client) ?? { client: call.client, calls: 0, lastAt: call.started_at };
    used.set(call.client, { ...known, calls: known.calls + Math.max(1, call.refused_count) });
  }
  return [...used.values()];
}
