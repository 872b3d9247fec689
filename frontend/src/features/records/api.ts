import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { AllocationFound, CallRecordFound, CallRecordShown, CredentialFound, ListedCredentialListed, ListedMemberListed, ListedModelListed, ListedProviderKeyShown, LimitInFull, ListedTagOpened, RouteShown } from "@/client/schema.gen";
import { pagesQuery } from "@/lib/pages";
import { key } from "@/lib/writes";
import { RANGES, CALL_SORTS } from "./asked";

export { RANGES, CALL_SORTS };

/** What the list of calls is narrowed to; `since` and `until` count with the range `custom` alone. */
export interface CallsAsked {
  range?: (typeof RANGES)[number] | undefined;
  since?: string | undefined;
  until?: string | undefined;
  outcome?: string | undefined;
  member_id?: string | undefined;
  model?: string | undefined;
  provider?: string | undefined;
  credential_id?: string | undefined;
  allocation_id?: string | undefined;
  tag_id?: string | undefined;
  limit_id?: string | undefined;
  client?: string | undefined;
  request_id?: string | undefined;
  call_id?: string | undefined;
  cost_usd_min?: string | undefined;
  cost_usd_max?: string | undefined;
  /** In digits, as the address has them. */
  latency_ms_min?: string | undefined;
  latency_ms_max?: string | undefined;
  sort?: (typeof CALL_SORTS)[number] | undefined;
}

const HOUR_MS = 3_600_000;
const BACK_MS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS, month: 30 * 24 * HOUR_MS } as const;

function filtersOf({ range = "day", since, until, ...filters }: CallsAsked) {
  const { latency_ms_min: least, latency_ms_max: most } = filters;
  const rest = { ...filters, sort: undefined, latency_ms_min: least === undefined ? undefined : Number(least), latency_ms_max: most === undefined ? undefined : Number(most) };
  if (range === "all") return rest;
  if (range === "custom") return { ...rest, since, until };
  return { ...rest, since: new Date(Date.now() - BACK_MS[range]).toISOString() };
}

/** The calls of everybody, the newest first unless sorted otherwise, a page after another. */
export function callsQuery(asked: CallsAsked) {
  return pagesQuery<CallRecordShown>(key("admin", "calls", "list", asked), async (page, signal) =>
    body(await api.GET("/api/admin/call-records", { params: { query: { ...filtersOf(asked), sort: asked.sort, ...page } }, signal })),
  );
}

/** The same as a file, the oldest first. */
export async function exportCalls(asked: CallsAsked, form: "csv" | "jsonl"): Promise<Blob> {
  return body(await api.GET("/api/admin/call-records/export", { params: { query: { ...filtersOf(asked), form } }, parseAs: "blob" }));
}

/** One call. */
export function callQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "calls", "one", id),
    queryFn: async ({ signal }): Promise<CallRecordFound> => body(await api.GET("/api/admin/call-records/{call_id}", { params: { path: { call_id: id } }, signal })),
  });
}

/** Members whose name or identifier has these letters. */
export function membersLikeQuery(q: string) {
  return queryOptions({
    queryKey: key("admin", "members", "like", q),
    queryFn: async ({ signal }): Promise<ListedMemberListed> => body(await api.GET("/api/admin/members", { params: { query: { limit: 8, ...(q !== "" && { q }) } }, signal })),
  });
}

/** Models whose name has these letters. */
export function modelsLikeQuery(q: string) {
  return queryOptions({
    queryKey: key("admin", "models", "like", q),
    queryFn: async ({ signal }): Promise<ListedModelListed> => body(await api.GET("/api/admin/models", { params: { query: { limit: 8, ...(q !== "" && { q }) } }, signal })),
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
    queryFn: async ({ signal }): Promise<ListedCredentialListed> => body(await api.GET("/api/admin/credentials", { params: { query: { limit: 8, ...(q !== "" && { q }) } }, signal })),
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
  queryFn: async ({ signal }): Promise<ListedProviderKeyShown> => body(await api.GET("/api/admin/provider-keys", { params: { query: { limit: 200 } }, signal })),
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
