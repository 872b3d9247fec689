import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type {
  ListedRouteShown,
  ListedUpstreamModelShown,
  ProbeShown,
  ProviderKeyChange,
  ProviderKeyCreate,
  ProviderKeyListed,
  ProviderKeyShown,
  StopsShown,
} from "@/client/schema.gen";
import { pagesQuery } from "@/lib/pages";
import { key } from "@/lib/writes";
import { KEY_SORTS } from "./asked";

export { KEY_SORTS };

/** What the list of provider keys is narrowed to. */
export interface KeysAsked {
  q?: string | undefined;
  status?: "active" | "disabled" | undefined;
  sort?: (typeof KEY_SORTS)[number] | undefined;
}

/** The provider keys, a page after another; this month is one of `zone`. */
export function keysQuery(asked: KeysAsked, zone: string) {
  return pagesQuery<ProviderKeyListed>(key("admin", "provider-keys", "list", asked, zone), async (page, signal) =>
    body(await api.GET("/api/admin/provider-keys", { params: { query: { ...asked, ...page, zone } }, signal })),
  );
}

/** One provider key; this month is one of `zone`. */
export function keyQuery(id: string, zone: string) {
  return queryOptions({
    queryKey: key("admin", "provider-keys", "one", id, zone),
    queryFn: async ({ signal }): Promise<ProviderKeyListed> =>
      body(await api.GET("/api/admin/provider-keys/{provider_key_id}", { params: { path: { provider_key_id: id }, query: { zone } }, signal })),
  });
}

/** The routes that go by a provider key. */
export function routesOfKeyQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "routes", "of-key", id),
    queryFn: async ({ signal }): Promise<ListedRouteShown> =>
      body(await api.GET("/api/admin/routes", { params: { query: { provider_key_id: id, limit: 200 } }, signal })),
  });
}

/** Connects a provider key; its secret goes to the gateway and is never shown again. */
export async function connect(given: ProviderKeyCreate): Promise<ProviderKeyShown> {
  return body(await api.POST("/api/admin/provider-keys", { body: given }));
}

/** Asks the provider one question that needs a valid secret. How that ends is the answer. */
export async function test(id: string): Promise<ProbeShown> {
  return body(await api.POST("/api/admin/provider-keys/{provider_key_id}/test", { params: { path: { provider_key_id: id } } }));
}

/** Asks the provider which models it has. */
export async function discover(id: string): Promise<ListedUpstreamModelShown> {
  return body(await api.POST("/api/admin/provider-keys/{provider_key_id}/discover", { params: { path: { provider_key_id: id } } }));
}

/** Changes a provider key; a `secret` in place of the old one rotates it. */
export async function change({ id, changes }: { id: string; changes: ProviderKeyChange }): Promise<ProviderKeyShown> {
  return body(await api.PATCH("/api/admin/provider-keys/{provider_key_id}", { params: { path: { provider_key_id: id } }, body: changes })) as ProviderKeyShown;
}

/** Puts a provider key into use again. */
export async function enable(id: string): Promise<ProviderKeyShown> {
  return body(await api.POST("/api/admin/provider-keys/{provider_key_id}/enable", { params: { path: { provider_key_id: id } } }));
}

export type KeyStop = "disable" | "delete";

/** Takes a provider key out of use, or away with its secret. */
export async function stopKey({ id, how }: { id: string; how: KeyStop }): Promise<void> {
  const params = { path: { provider_key_id: id } };
  if (how === "disable") await api.POST("/api/admin/provider-keys/{provider_key_id}/disable", { params });
  else await api.DELETE("/api/admin/provider-keys/{provider_key_id}", { params });
}

/** What would stop by it. Nothing is changed. */
export function keyStopsQuery(id: string, how: KeyStop) {
  return queryOptions({
    queryKey: key("admin", "provider-keys", "stops", id, how),
    queryFn: async ({ signal }): Promise<StopsShown> => {
      const asked = { params: { path: { provider_key_id: id }, query: { dry_run: true } }, signal };
      const answer =
        how === "disable" ? await api.POST("/api/admin/provider-keys/{provider_key_id}/disable", asked) : await api.DELETE("/api/admin/provider-keys/{provider_key_id}", asked);
      return body(answer) as StopsShown;
    },
    gcTime: 0,
  });
}
