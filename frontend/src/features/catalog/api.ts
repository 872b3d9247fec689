import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import { ApiProblem } from "@/client/problem";
import type {
  ListedPriceShown,
  ListedProviderKeyListed,
  ListedRouteShown,
  ListedTagOpened,
  MemberShown,
  ModelAudience,
  ModelChange,
  ModelDetail,
  ModelListed,
  Policy,
  PreviewShown,
  PricePublish,
  ProbeShown,
  RouteChange,
  RouteCreate,
  StopsShown,
  SuggestionShown,
} from "@/client/schema.gen";
import { pagesQuery } from "@/lib/pages";
import { key } from "@/lib/writes";
import { MODEL_SORTS, type Lack } from "./asked";

export { MODEL_SORTS };

/** What the list of models is narrowed to. */
export interface CatalogAsked {
  q?: string | undefined;
  status?: "active" | "archived" | undefined;
  access?: "open" | "restricted" | undefined;
  lacks?: Lack | undefined;
  /** The provider key that a route of theirs goes by. */
  served_by?: string | undefined;
  sort?: (typeof MODEL_SORTS)[number] | undefined;
}

/** All models, a page after another; today is a day of `zone`, or else of the organization's. */
export function catalogQuery(asked: CatalogAsked, zone?: string) {
  return pagesQuery<ModelListed>(key("admin", "models", "list", asked, zone), async (page, signal) =>
    body(await api.GET("/api/admin/models", { params: { query: { ...asked, ...page, ...(zone !== undefined && { zone }) } }, signal })),
  );
}

/** A model by its id, with its policy. */
export function modelByIdQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "models", "one", id),
    queryFn: ({ signal }): Promise<ModelDetail> => readModel(id, signal),
  });
}

/** A model by its slug, with its policy. Throws an ApiProblem of status 404 where there is none. */
export function modelBySlugQuery(slug: string) {
  return queryOptions({
    queryKey: key("admin", "models", "slug", slug),
    queryFn: async ({ signal }): Promise<ModelDetail> => {
      const found = body(await api.GET("/api/admin/models", { params: { query: { q: slug, limit: 200 } }, signal })).items.find((each) => each.slug === slug);
      if (found === undefined) throw new ApiProblem({ code: "model_not_found", status: 404 });
      return readModel(found.id, signal);
    },
  });
}

async function readModel(id: string, signal: AbortSignal): Promise<ModelDetail> {
  return body(await api.GET("/api/admin/models/{model_id}", { params: { path: { model_id: id } }, signal }));
}

/** How many members can see a model, and how many have it. */
export function audienceQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "models", "audience", id),
    queryFn: async ({ signal }): Promise<ModelAudience> => body(await api.GET("/api/admin/models/{model_id}/audience", { params: { path: { model_id: id } }, signal })),
  });
}

/** What a provider key is called. */
export function keyNameQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "provider-keys", "name", id),
    queryFn: async ({ signal }): Promise<string> => body(await api.GET("/api/admin/provider-keys/{provider_key_id}", { params: { path: { provider_key_id: id } }, signal })).name,
  });
}

/** Changes what a model says of itself, and how it is claimed. */
export async function changeModel({ id, changes }: { id: string; changes: ModelChange }): Promise<ModelDetail> {
  return body(await api.PATCH("/api/admin/models/{model_id}", { params: { path: { model_id: id } }, body: changes }));
}

/** What would stop if a model were archived. */
export function archiveStopsQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "models", "stops", id),
    queryFn: async ({ signal }): Promise<StopsShown> =>
      body(await api.POST("/api/admin/models/{model_id}/archive", { params: { path: { model_id: id }, query: { dry_run: true } }, signal })) as StopsShown,
    gcTime: 0,
  });
}

/** Takes a model out of the catalog, or puts it back. */
export async function setArchived({ id, archived }: { id: string; archived: boolean }): Promise<void> {
  const params = { path: { model_id: id } };
  if (archived) await api.POST("/api/admin/models/{model_id}/archive", { params });
  else await api.POST("/api/admin/models/{model_id}/unarchive", { params });
}

/** Who would gain a model and who would lose it by a policy. Nothing is changed. */
export function policyPreviewQuery(id: string, policy: Policy) {
  return queryOptions({
    queryKey: key("admin", "models", "preview", id, policy),
    queryFn: async ({ signal }): Promise<PreviewShown> =>
      body(await api.PUT("/api/admin/models/{model_id}/policy", { params: { path: { model_id: id }, query: { dry_run: true } }, body: policy, signal })) as PreviewShown,
    gcTime: 0,
  });
}

/** Replaces who may see a model. */
export async function setPolicy({ id, policy }: { id: string; policy: Policy }): Promise<void> {
  await api.PUT("/api/admin/models/{model_id}/policy", { params: { path: { model_id: id } }, body: policy });
}

/** All tags, for a policy. */
export const tagsOfPolicyQuery = queryOptions({
  queryKey: key("admin", "tags", "for-policy"),
  queryFn: async ({ signal }): Promise<ListedTagOpened> => body(await api.GET("/api/admin/tags", { params: { query: { limit: 200 } }, signal })),
});

/** A member, for the name. */
export function memberOfPolicyQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "members", "name", id),
    queryFn: async ({ signal }): Promise<MemberShown> => body(await api.GET("/api/admin/members/{member_id}", { params: { path: { member_id: id } }, signal })),
    staleTime: 300_000,
  });
}

/** The routes of a model, those that are tried first before. */
export function routesQuery(modelId: string) {
  return queryOptions({
    queryKey: key("admin", "routes", "of-model", modelId),
    queryFn: async ({ signal }): Promise<ListedRouteShown> => body(await api.GET("/api/admin/routes", { params: { query: { model_id: modelId, limit: 200 } }, signal })),
    refetchInterval: 30_000,
  });
}

/** Adds a way to serve a model. */
export async function addRoute(given: RouteCreate): Promise<void> {
  await api.POST("/api/admin/routes", { body: given });
}

/** Changes a route, which is taken for well again. */
export async function changeRoute({ id, changes }: { id: string; changes: RouteChange }): Promise<void> {
  await api.PATCH("/api/admin/routes/{route_id}", { params: { path: { route_id: id } }, body: changes });
}

export type RouteStop = "disable" | "delete";

/** What would stop without a route. */
export function routeStopsQuery(id: string, how: RouteStop) {
  return queryOptions({
    queryKey: key("admin", "routes", "stops", id, how),
    queryFn: async ({ signal }): Promise<StopsShown> => {
      const params = { path: { route_id: id }, query: { dry_run: true } };
      if (how === "delete") return body<StopsShown>(await api.DELETE("/api/admin/routes/{route_id}", { params, signal }));
      return body(await api.PATCH("/api/admin/routes/{route_id}", { params, body: { status: "disabled" }, signal })) as StopsShown;
    },
    gcTime: 0,
  });
}

/** Takes a route out of use, or away. */
export async function stopRoute({ id, how }: { id: string; how: RouteStop }): Promise<void> {
  if (how === "delete") await api.DELETE("/api/admin/routes/{route_id}", { params: { path: { route_id: id } } });
  else await changeRoute({ id, changes: { status: "disabled" } });
}

/** The provider keys that a route can go by. */
export const keysOfRoutesQuery = queryOptions({
  queryKey: key("admin", "provider-keys", "for-routes"),
  queryFn: async ({ signal }): Promise<ListedProviderKeyListed> => body(await api.GET("/api/admin/provider-keys", { params: { query: { limit: 200 } }, signal })),
});

/** Asks the provider of a key one question that needs a valid secret. */
export async function testKey(id: string): Promise<ProbeShown> {
  return body(await api.POST("/api/admin/provider-keys/{provider_key_id}/test", { params: { path: { provider_key_id: id } } }));
}

/** The price versions of a model, the latest to begin first. */
export function pricesQuery(modelId: string) {
  return queryOptions({
    queryKey: key("admin", "prices", modelId),
    queryFn: async ({ signal }): Promise<ListedPriceShown> => body(await api.GET("/api/admin/prices", { params: { query: { model_id: modelId, limit: 200 } }, signal })),
  });
}

/** Publishes a price version; the past stays as it was billed. */
export async function publishPrice(given: PricePublish): Promise<void> {
  await api.POST("/api/admin/prices", { body: given });
}

/** An imported model beside the registry; null for one that was not imported. */
export function suggestionQuery(modelId: string) {
  return queryOptions({
    queryKey: key("admin", "models", "suggestion", modelId),
    queryFn: async ({ signal }): Promise<SuggestionShown | null> => {
      try {
        return body(await api.GET("/api/admin/models/{model_id}/suggestion", { params: { path: { model_id: modelId } }, signal }));
      } catch (error) {
        if (error instanceof ApiProblem && (error.status === 404 || error.status === 409)) return null;
        throw error;
      }
    },
  });
}

/** Charges what the registry suggests, from now on. */
export async function applySuggestedPrice({ id, suggestion }: { id: string; suggestion: SuggestionShown }): Promise<void> {
  const outside = Object.keys(suggestion.price.outside);
  await api.POST("/api/admin/models/{model_id}/suggestion/price", {
    params: { path: { model_id: id } },
    body: { version: suggestion.price.version, ...(outside.length > 0 && { leave_out: outside }) },
  });
}
