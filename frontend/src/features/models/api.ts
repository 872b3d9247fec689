import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import { ApiProblem } from "@/client/problem";
import type { FacetsShown, LatencyShown, ListedMyModelShown, MyAllocationShown, MyModelShown, ReportShown } from "@/client/schema.gen";
import { pagesQuery } from "@/lib/pages";
import { key } from "@/lib/writes";

/** What a list of models is narrowed to. */
export interface ModelsAsked {
  q?: string | undefined;
  provider?: string | undefined;
  operation?: "chat" | "responses" | "embeddings" | undefined;
  capability?: string | undefined;
  access?: "granted" | "claimable" | "closed" | undefined;
  sort?: "slug" | "-slug" | "display_name" | "-display_name" | undefined;
}

/** The models that the member sees, a page after another. */
export function modelsQuery(asked: ModelsAsked) {
  return pagesQuery(
    key("models", "list", asked),
    async (page, signal): Promise<ListedMyModelShown> => body(await api.GET("/api/me/models", { params: { query: { ...asked, ...page } }, signal })),
  );
}

/** How many of the models that the member sees are of each kind. */
export function facetsQuery(q: string | undefined) {
  return queryOptions({
    queryKey: key("models", "facets", q),
    queryFn: async ({ signal }): Promise<FacetsShown> => body(await api.GET("/api/me/models/facets", { params: { query: q === undefined ? {} : { q } }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** The model of a slug. Throws ApiProblem 404 for one that is not there, or hidden: which, nobody is told. */
export function modelQuery(slug: string) {
  return queryOptions({
    queryKey: key("models", "by-slug", slug),
    queryFn: async ({ signal }): Promise<MyModelShown> => {
      let cursor: string | null = null;
      do {
        const page: ListedMyModelShown = body(
          await api.GET("/api/me/models", { params: { query: { q: slug, limit: 200, ...(cursor !== null && { cursor }) } }, signal }),
        );
        const found = page.items.find((model) => model.slug === slug);
        if (found) return found;
        cursor = page.next;
      } while (cursor !== null);
      throw new ApiProblem({ code: "model_not_found", status: 404 });
    },
  });
}

/** The member's allocation of a model, with what is left. */
export function allocationQuery(id: string) {
  return queryOptions({
    queryKey: key("allocations", "one", id),
    queryFn: async ({ signal }) => body(await api.GET("/api/me/allocations/{allocation_id}", { params: { path: { allocation_id: id } }, signal })),
  });
}

/** Takes a model under its usual limits. */
export async function claim(modelId: string): Promise<MyAllocationShown> {
  return body(await api.POST("/api/me/allocations", { body: { model_id: modelId } }));
}

/** Stops the member's own allocation, or lets it be used again. */
export async function moveAllocation({ id, action }: { id: string; action: "pause" | "resume" }): Promise<void> {
  const params = { path: { allocation_id: id } };
  if (action === "pause") await api.POST("/api/me/allocations/{allocation_id}/pause", { params });
  else await api.POST("/api/me/allocations/{allocation_id}/resume", { params });
}

/** How long the member's own calls of the last 30 days took, by model. */
export const latencyQuery = queryOptions({
  queryKey: key("usage", "latency", "last_30_days"),
  queryFn: async ({ signal }): Promise<LatencyShown> => body(await api.GET("/api/me/usage/latency", { params: { query: { range: "last_30_days", by: "model", top: 1000 } }, signal })),
});

/** What the member's calls of the last calendar month came to, in the viewer's zone. */
export function lastMonthQuery(zone: string) {
  return queryOptions({
    queryKey: key("usage", "last-month", zone),
    queryFn: async ({ signal }): Promise<ReportShown> => body(await api.GET("/api/me/usage/report", { params: { query: { range: "last_month", zone, top: 1 } }, signal })),
  });
}
