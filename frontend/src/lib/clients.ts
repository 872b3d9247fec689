import type { MyCallRecordShown } from "@/client/schema.gen";

const LATELY_DAYS = 7;
/** As many calls as one answer holds. */
const LOOKED_AT = 200;

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

/** How the newest calls of the last seven days with a credential are asked for. */
export function lateCalls(credentialId: string) {
  return { credential_id: credentialId, since: new Date(Date.now() - LATELY_DAYS * 86_400_000).toISOString(), limit: LOOKED_AT };
}
