import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type {
  CredentialEventShown,
  CredentialIssued,
  ListedMyAllocationShown,
  ListedMyCallRecordShown,
  ListedMyCredentialShown,
  MyCredentialFound,
  MyIssue,
  StopsShown,
} from "@/client/schema.gen";
import { lateCalls } from "@/lib/clients";
import { pagesQuery } from "@/lib/pages";
import { key } from "@/lib/writes";

/** What a list of credentials is narrowed to. */
export interface CredentialsAsked {
  q?: string | undefined;
  state?: "active" | "paused" | "expired" | "revoked" | undefined;
  sort?: "created_at" | "-created_at" | "name" | "-name" | undefined;
  /** The zone of their month's sums, where these are shown; without it, the organization's. */
  zone?: string | undefined;
}

/** The member's credentials, a page after another. */
export function credentialsQuery(asked: CredentialsAsked) {
  return pagesQuery(
    key("credentials", "list", asked),
    async (page, signal): Promise<ListedMyCredentialShown> => body(await api.GET("/api/me/credentials", { params: { query: { ...asked, ...page } }, signal })),
  );
}

/** One of the member's credentials, with what is left to it; its month's sums are of `zone`, where these are shown. */
export function credentialQuery(id: string, zone?: string) {
  return queryOptions({
    queryKey: key("credentials", "one", id, zone),
    queryFn: async ({ signal }): Promise<MyCredentialFound> =>
      body(await api.GET("/api/me/credentials/{credential_id}", { params: { path: { credential_id: id }, query: { zone } }, signal })),
  });
}

/** The newest calls of the last seven days with a credential: what would stop with it. */
export function lateCallsQuery(id: string) {
  return queryOptions({
    queryKey: key("calls", "mine", "lately", id),
    queryFn: async ({ signal }): Promise<ListedMyCallRecordShown> => body(await api.GET("/api/me/call-records", { params: { query: lateCalls(id) }, signal })),
  });
}

/** The allocations that a credential can be for. */
export const scopeQuery = queryOptions({
  queryKey: key("allocations", "mine"),
  queryFn: async ({ signal }): Promise<ListedMyAllocationShown> => body(await api.GET("/api/me/allocations", { params: { query: { limit: 200 } }, signal })),
});

/** Makes a credential. Its secret is in this answer alone. */
export async function issue(given: MyIssue): Promise<CredentialIssued> {
  return body(await api.POST("/api/me/credentials", { body: given }));
}

/** Makes a successor with a new secret; the old one works on for `overlapS`. */
export async function rotate({ id, overlapS }: { id: string; overlapS: number }): Promise<CredentialIssued> {
  const made = await api.POST("/api/me/credentials/{credential_id}/rotate", { params: { path: { credential_id: id } }, body: { overlap_s: overlapS } });
  return body(made) as CredentialIssued;
}

/** Changes which allocations a credential is for; null is all, now and later. */
export async function changeScope({ id, allocationIds }: { id: string; allocationIds: string[] | null }): Promise<void> {
  await api.PATCH("/api/me/credentials/{credential_id}", { params: { path: { credential_id: id } }, body: { allocation_ids: allocationIds } });
}

const EVENTS_SHOWN = 10;

/** What was done to a credential, the newest first, a page after another. */
export function historyQuery(id: string) {
  const path = { credential_id: id };
  return pagesQuery<CredentialEventShown>(
    key("credentials", "history", id),
    async (page, signal) => body(await api.GET("/api/me/credentials/{credential_id}/history", { params: { path, query: page }, signal })),
    EVENTS_SHOWN,
  );
}

export type Stop = "pause" | "revoke";

/** Stops a credential: until it is resumed, or for good. */
export async function stop({ id, how }: { id: string; how: Stop }): Promise<void> {
  const params = { path: { credential_id: id } };
  if (how === "pause") await api.POST("/api/me/credentials/{credential_id}/pause", { params });
  else await api.POST("/api/me/credentials/{credential_id}/revoke", { params });
}

/** Lets a paused one be used again. */
export async function resume(id: string): Promise<void> {
  await api.POST("/api/me/credentials/{credential_id}/resume", { params: { path: { credential_id: id } } });
}

/** What would stop by it, counted. Nothing is changed. */
export function stopsQuery(id: string, how: Stop) {
  return queryOptions({
    queryKey: key("credentials", "stops", id, how),
    queryFn: async ({ signal }): Promise<StopsShown> => {
      const asked = { params: { path: { credential_id: id }, query: { dry_run: true } }, signal };
      const answer = how === "pause" ? await api.POST("/api/me/credentials/{credential_id}/pause", asked) : await api.POST("/api/me/credentials/{credential_id}/revoke", asked);
      return body(answer) as StopsShown;
    },
    gcTime: 0,
  });
}
