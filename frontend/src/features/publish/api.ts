import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import { ApiProblem } from "@/client/problem";
import type { ListedProviderKeyListed, ListedUpstreamModelShown, ProviderKeyShown, SuggestionShown, UpstreamModelShown } from "@/client/schema.gen";
import { key } from "@/lib/writes";

/** The provider keys whose models can be published. */
export const keysToPublishQuery = queryOptions({
  queryKey: key("admin", "provider-keys", "to-publish"),
  queryFn: async ({ signal }): Promise<ListedProviderKeyListed> => body(await api.GET("/api/admin/provider-keys", { params: { query: { status: "active", limit: 200 } }, signal })),
});

/** The models that a provider says it has. */
export function discoveredQuery(keyId: string) {
  return queryOptions({
    queryKey: key("admin", "discovered", keyId),
    queryFn: async ({ signal }): Promise<ListedUpstreamModelShown> =>
      body(await api.POST("/api/admin/provider-keys/{provider_key_id}/discover", { params: { path: { provider_key_id: keyId } }, signal })),
    staleTime: 300_000,
    retry: false,
  });
}

/** What the registry knows of a provider's model; null where it knows nothing. Nothing is made. */
export function inRegistryQuery(provider: string, upstream: string) {
  return queryOptions({
    queryKey: key("admin", "registry", provider, upstream),
    queryFn: async ({ signal }): Promise<SuggestionShown | null> => {
      // Some of its entries are named with the provider in front, some without.
      for (const each of [upstream, `${provider}/${upstream}`]) {
        try {
          return body(await api.POST("/api/admin/models/import", { params: { query: { dry_run: true } }, body: { provider, key: each, slug: slugOf(provider, upstream) }, signal }));
        } catch (error) {
          if (!(error instanceof ApiProblem) || error.status < 400 || error.status >= 500) throw error;
        }
      }
      return null;
    },
    staleTime: 300_000,
    retry: false,
  });
}

/** What a model of a provider is called here. */
export function slugOf(provider: string, upstream: string): string {
  const bare = upstream.startsWith(`${provider}/`) ? upstream.slice(provider.length + 1) : upstream;
  return `${provider}/${bare.replace(/^models\//, "")}`;
}

/** What to publish, and for whom. */
export interface ToPublish {
  providerKey: ProviderKeyShown;
  upstream: UpstreamModelShown;
  /** What the registry knows of it. */
  known: SuggestionShown | null;
  everybody: boolean;
  chargeSuggested: boolean;
  claimable: boolean;
  /** A decimal string of USD; null is no limit. */
  claimUsd: string | null;
}

/** How far publishing went: the model's slug, and which step failed after it was made, if one did. */
export interface Published {
  slug: string;
  failed: "route" | "price" | "access" | null;
  problem: ApiProblem | null;
}

/** Makes a model with its route, its price, its policy and its claims, in this order. Throws where the model itself cannot be made. */
export async function publish(given: ToPublish): Promise<Published> {
  const { id, slug } = await made(given);
  const steps = [
    ["route", () => api.POST("/api/admin/routes", { body: { model_id: id, provider_key_id: given.providerKey.id, upstream_model: given.upstream.id } })],
    ["price", () => priced(id, given)],
    ["access", () => opened(id, given)],
  ] as const;
  for (const [failed, step] of steps) {
    try {
      await step();
    } catch (problem) {
      if (problem instanceof ApiProblem) return { slug, failed, problem };
      throw problem;
    }
  }
  return { slug, failed: null, problem: null };
}

async function made({ providerKey, upstream, known }: ToPublish): Promise<{ id: string; slug: string }> {
  if (known !== null) {
    const imported = body(await api.POST("/api/admin/models/import", { body: { provider: known.provider, key: known.key, slug: known.slug } }));
    return { id: imported.id ?? "", slug: imported.slug };
  }
  const slug = slugOf(providerKey.provider, upstream.id);
  return body(
    await api.POST("/api/admin/models", {
      body: {
        slug,
        display_name: upstream.display_name ?? upstream.id,
        operations: upstream.operations,
        context_tokens: upstream.context_tokens,
        output_tokens_max: upstream.output_tokens_max,
      },
    }),
  );
}

async function priced(id: string, { known, chargeSuggested }: ToPublish): Promise<void> {
  if (!chargeSuggested || known === null || known.price.prices === null) return;
  const outside = Object.keys(known.price.outside);
  await api.POST("/api/admin/models/{model_id}/suggestion/price", {
    params: { path: { model_id: id } },
    body: { version: known.price.version, ...(outside.length > 0 && { leave_out: outside }) },
  });
}

async function opened(id: string, { everybody, claimable, claimUsd }: ToPublish): Promise<void> {
  const params = { path: { model_id: id } };
  if (claimable) {
    const limits = claimUsd === null ? [] : [{ metric: "cost" as const, window_kind: "month" as const, amount: claimUsd }];
    await api.PATCH("/api/admin/models/{model_id}", { params, body: { claimable, default_limits: limits } });
  }
  // Last: nobody sees a model whose limits are not set yet.
  if (everybody) await api.PUT("/api/admin/models/{model_id}/policy", { params, body: { access: "open", member_ids: [] } });
}
