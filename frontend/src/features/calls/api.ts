import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { ListedMyCallRecordShown, MyCallRecordFound, MyCallRecordShown } from "@/client/schema.gen";
import { callsSent, type CallsNarrowed } from "@/lib/calls-asked";
import { pagesQuery } from "@/lib/pages";
import { key } from "@/lib/writes";

/** The member's last calls, refused ones too: all, or those of one credential or one model. */
export function lastCallsQuery(limit: number, of: Pick<CallsAsked, "credential_id" | "model">) {
  const query = { limit, ...of };
  return queryOptions({
    queryKey: key("calls", "mine", query),
    queryFn: async ({ signal }): Promise<ListedMyCallRecordShown> => body(await api.GET("/api/me/call-records", { params: { query }, signal })),
  });
}

/** Whether any call of the member ever succeeded. */
export const hasCalledQuery = queryOptions({
  queryKey: key("calls", "mine", "has-called"),
  queryFn: async ({ signal }): Promise<boolean> => {
    const found = body(await api.GET("/api/me/call-records", { params: { query: { limit: 1, outcome: "ok" } }, signal }));
    return found.items.length > 0;
  },
});

/** The first call after a moment, with a credential where one is named; null while there is none. */
export async function callSince(since: Date, credentialId: string | null, signal: AbortSignal): Promise<MyCallRecordShown | null> {
  const query = { limit: 1, sort: "started_at", since: since.toISOString(), ...(credentialId !== null && { credential_id: credentialId }) };
  return body(await api.GET("/api/me/call-records", { params: { query }, signal })).items[0] ?? null;
}

/** What a list of one's own calls is narrowed to; of every time unless a period is named. */
export type CallsAsked = CallsNarrowed;

/** The period of an address that names none. */
export const USUAL_RANGE = "all";

/** The member's calls, newest first, a page after another; refused ones too. */
export function callsQuery(asked: CallsAsked) {
  return pagesQuery(
    key("calls", "list", asked),
    async (page, signal): Promise<ListedMyCallRecordShown> =>
      body(await api.GET("/api/me/call-records", { params: { query: { ...callsSent(asked, USUAL_RANGE), ...page } }, signal })),
  );
}

/** The same as a file, the oldest first. */
export async function exportCalls(asked: CallsAsked, form: "csv" | "jsonl"): Promise<Blob> {
  return body(await api.GET("/api/me/call-records/export", { params: { query: { ...callsSent(asked, USUAL_RANGE), form } }, parseAs: "blob" }));
}

/** One of the member's calls. A record is never changed. */
export function callQuery(id: string) {
  return queryOptions({
    queryKey: key("calls", "one", id),
    queryFn: async ({ signal }): Promise<MyCallRecordFound> =>
      body(await api.GET("/api/me/call-records/{call_id}", { params: { path: { call_id: id } }, signal })),
    staleTime: Infinity,
  });
}
