import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { AllocationFound, CallRecordFound, CallRecordShown, CredentialFound, CredentialListed, ListedProviderKeyListed, LimitInFull, ListedTagOpened, ModelListed, RouteShown } from "@/client/schema.gen";
import { callsSent, type CallsNarrowed } from "@/lib/calls-asked";
import { pagesQuery } from "@/lib/pages";
import { key } from "@/lib/writes";
import { CALL_SORTS } from "./asked";

export { CALL_SORTS };

/** What the list of calls is narrowed to. */
export interface CallsAsked extends CallsNarrowed {
  member_id?: string | undefined;
  tag_id?: string | undefined;
  limit_id?: string | undefined;
  sort?: (typeof CALL_SORTS)[number] | undefined;
}

/** The period of an address that names none: everybody's calls are many. */
export const USUAL_RANGE = "day";

/** The calls of everybody, the newest first unless sorted otherwise, a page after another. */
export function callsQuery(asked: CallsAsked) {
  return pagesQuery<CallRecordShown>(key("admin", "calls", "list", asked), async (page, signal) =>
    body(await api.GET("/api/admin/call-records", { params: { query: { ...callsSent(asked, USUAL_RANGE), ...page } }, signal })),
  );
}

/** The same as a file, the oldest first. */
export async function exportCalls(asked: CallsAsked, form: "csv" | "jsonl"): Promise<Blob> {
  return body(await api.GET("/api/admin/call-records/export", { params: { query: { ...callsSent({ ...asked, sort: undefined }, USUAL_RANGE), form } }, parseAs: "blob" }));
}

/** One call. */
export function callQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "calls", "one", id),
    queryFn: async ({ signal }): Promise<CallRecordFound> => body(await api.GET("/api/admin/call-records/{call_id}", { params: { path: { call_id: id } }, signal })),
  });
}

/** Models whose name has these letters, archived ones too: they had calls. */
export function modelsLikeQuery(q: string) {
  return queryOptions({
    queryKey: key("admin", "models", "like", q),
    queryFn: async ({ signal }): Promise<ModelListed[]> => body(await api.GET("/api/admin/models", { params: { query: { limit: 8, ...(q !== "" && { q }) } }, signal })).items,
  });
}

/** Tags to narrow calls by. */
export const tagsQuery = queryOptions({
  queryKey: key("admin", "tags", "for-calls"),
  queryFn: async ({ signal }): Promise<ListedTagOpened> => body(await api.GET("/api/admin/tags", { params: { query: { limit: 200 } }, signal })),
  staleTime: 60_000,
});

/** A credential, for its name. */
export function credentialQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "credentials", "one", id),
    queryFn: async ({ signal }): Promise<CredentialFound> => body(await api.GET("/api/admin/credentials/{credential_id}", { params: { path: { credential_id: id } }, signal })),
    staleTime: 300_000,
    retry: false,
  });
}

/** Credentials whose name has these letters. */
export function credentialsLikeQuery(q: string) {
  return queryOptions({
    queryKey: key("admin", "credentials", "like", q),
    queryFn: async ({ signal }): Promise<CredentialListed[]> => body(await api.GET("/api/admin/credentials", { params: { query: { limit: 8, ...(q !== "" && { q }) } }, signal })).items,
  });
}

/** An allocation, for whose it is. */
export function allocationQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "allocations", "one", id),
    queryFn: async ({ signal }): Promise<AllocationFound> => body(await api.GET("/api/admin/allocations/{allocation_id}", { params: { path: { allocation_id: id } }, signal })),
    staleTime: 60_000,
    retry: false,
  });
}

/** A limit, for what it is called. */
export function limitNameQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "limits", "name", id),
    queryFn: async ({ signal }): Promise<LimitInFull> => body(await api.GET("/api/admin/limits/{limit_id}", { params: { path: { limit_id: id } }, signal })),
    staleTime: 60_000,
    retry: false,
  });
}

/** The provider keys, for their names. */
export const providerKeysQuery = queryOptions({
  queryKey: key("admin", "provider-keys", "for-calls"),
  queryFn: async ({ signal }): Promise<ListedProviderKeyListed> => body(await api.GET("/api/admin/provider-keys", { params: { query: { limit: 200 } }, signal })),
  staleTime: 300_000,
});

/** A route, for what the provider calls its model; one that was deleted is not there any more. */
export function routeQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "routes", "one", id),
    queryFn: async ({ signal }): Promise<RouteShown> => body(await api.GET("/api/admin/routes/{route_id}", { params: { path: { route_id: id } }, signal })),
    staleTime: 300_000,
    retry: false,
  });
}
