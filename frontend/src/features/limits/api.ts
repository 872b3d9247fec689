import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { LimitInFull, LimitPreview, LimitSet, ListedLimitInFull } from "@/client/schema.gen";
import { pagesQuery } from "@/lib/pages";
import { key } from "@/lib/writes";
import type { LimitsAsked } from "./asked";

/** Every limit, a page after another. */
export function limitsQuery(asked: LimitsAsked) {
  const query = {
    ...(asked.subject !== undefined && { subject_kind: asked.subject }),
    ...(asked.id !== undefined && { subject_id: asked.id }),
    ...(asked.metric !== undefined && { metric: asked.metric }),
    ...(asked.window !== undefined && { window_kind: asked.window }),
    ...(asked.sort !== undefined && { sort: asked.sort }),
  };
  return pagesQuery(
    key("admin", "limits", "list", query),
    async (page, signal): Promise<ListedLimitInFull> => body(await api.GET("/api/admin/limits", { params: { query: { ...query, ...page } }, signal })),
    25,
  );
}

/** One limit, with what is left under it. */
export function limitQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "limits", "one", id),
    queryFn: async ({ signal }): Promise<LimitInFull> => body(await api.GET("/api/admin/limits/{limit_id}", { params: { path: { limit_id: id } }, signal })),
  });
}

/** Who would stand over a new limit at once. Nothing is made. */
export async function previewSet(given: LimitSet): Promise<LimitPreview> {
  return body(await api.POST("/api/admin/limits", { params: { query: { dry_run: true } }, body: given })) as LimitPreview;
}

/** Sets a limit. */
export async function setLimit(given: LimitSet): Promise<void> {
  await api.POST("/api/admin/limits", { body: given });
}

export interface Changed {
  id: string;
  amount: string | number;
  on_exceed: "reject" | "warn";
}

/** Who would stand over the limit as it would be. Nothing is changed. */
export async function previewChange({ id, ...change }: Changed): Promise<LimitPreview> {
  return body(await api.PATCH("/api/admin/limits/{limit_id}", { params: { path: { limit_id: id }, query: { dry_run: true } }, body: change })) as LimitPreview;
}

/** Changes what a limit allows. */
export async function changeLimit({ id, ...change }: Changed): Promise<void> {
  await api.PATCH("/api/admin/limits/{limit_id}", { params: { path: { limit_id: id } }, body: change });
}

/** Who stands over the limit until it is taken away. Nothing is changed. */
export function removalQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "limits", "removal", id),
    queryFn: async ({ signal }): Promise<LimitPreview> =>
      body<LimitPreview>(await api.DELETE("/api/admin/limits/{limit_id}", { params: { path: { limit_id: id }, query: { dry_run: true } }, signal })),
    gcTime: 0,
  });
}

/** Takes a limit away. */
export async function removeLimit(id: string): Promise<void> {
  await api.DELETE("/api/admin/limits/{limit_id}", { params: { path: { limit_id: id } } });
}
