import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { AliasCreate, AliasPreview, AliasShown } from "@/client/schema.gen";
import { pagesQuery } from "@/lib/pages";
import { key } from "@/lib/writes";

/** The aliases: all of them, or those of a model. */
export function aliasesQuery(asked: { q?: string | undefined; sort?: "name" | "-name" | "created_at" | "-created_at" | undefined; model_id?: string | undefined }) {
  return pagesQuery<AliasShown>(key("admin", "aliases", asked), async (page, signal) => body(await api.GET("/api/admin/aliases", { params: { query: { ...asked, ...page } }, signal })));
}

/** What a name means now, and what it would mean as an alias. */
export function aliasPreviewQuery(given: AliasCreate) {
  return queryOptions({
    queryKey: key("admin", "aliases", "preview", given),
    queryFn: async ({ signal }): Promise<AliasPreview> => body(await api.POST("/api/admin/aliases", { params: { query: { dry_run: true } }, body: given, signal })) as AliasPreview,
    retry: false,
    gcTime: 0,
  });
}

/** Gives a model another name. */
export async function addAlias(given: AliasCreate): Promise<void> {
  await api.POST("/api/admin/aliases", { body: given });
}

/** What an alias's name would mean without it. */
export function aliasStopsQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "aliases", "stops", id),
    queryFn: async ({ signal }): Promise<AliasPreview> =>
      body<AliasPreview>(await api.DELETE("/api/admin/aliases/{alias_id}", { params: { path: { alias_id: id }, query: { dry_run: true } }, signal })),
    gcTime: 0,
  });
}

/** Takes an alias away. */
export async function deleteAlias(id: string): Promise<void> {
  await api.DELETE("/api/admin/aliases/{alias_id}", { params: { path: { alias_id: id } } });
}
