import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { EventShown, VerificationShown } from "@/client/schema.gen";
import { pagesQuery } from "@/lib/pages";
import { key } from "@/lib/writes";

/** What the trail is narrowed to. */
export interface AuditAsked {
  actor?: string | undefined;
  actor_member_id?: string | undefined;
  action?: string | undefined;
  target_kind?: string | undefined;
  target_id?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

/** Administrative writes, the newest first, a page after another. */
export function eventsQuery(asked: AuditAsked) {
  return pagesQuery<EventShown>(key("admin", "audit", asked), async (page, signal) => body(await api.GET("/api/admin/audit", { params: { query: { ...asked, ...page } }, signal })));
}

/** The same as a file, the oldest first. */
export async function exportEvents(asked: AuditAsked, form: "csv" | "jsonl"): Promise<Blob> {
  return body(await api.GET("/api/admin/audit/export", { params: { query: { ...asked, form } }, parseAs: "blob" }));
}

/** Whether the newest of the trail is what was sealed. */
export const verificationQuery = queryOptions({
  queryKey: key("admin", "audit", "verification"),
  queryFn: async ({ signal }): Promise<VerificationShown> => body(await api.GET("/api/admin/audit/verification", { signal })),
  staleTime: 60_000,
});
