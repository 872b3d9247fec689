import { queryOptions } from "@tanstack/react-query";

import { api, body, sendWritten } from "@/client/client";
import type { Explained, ListedModelListed, PreviewShown } from "@/client/schema.gen";
import { pagesQuery } from "@/lib/pages";
import { together } from "@/lib/together";
import { key } from "@/lib/writes";
import type { Repair } from "./repairs";

/** The models that are offered, a few at a time: each is asked for whether the member can call it. */
export function offeredQuery(q: string | undefined) {
  return pagesQuery(
    key("admin", "models", "offered", q),
    async (page, signal): Promise<ListedModelListed> => body(await api.GET("/api/admin/models", { params: { query: { ...page, status: "active", ...(q !== undefined && { q }) } }, signal })),
    15,
  );
}

/** Why a member can or cannot call a model, with any credential or with one. */
export function explainQuery(member: string, model: string, credential: string | undefined) {
  return queryOptions({
    queryKey: key("admin", "explain", member, model, credential),
    queryFn: async ({ signal }): Promise<Explained> =>
      body(await api.GET("/api/admin/explain", { params: { query: { member_id: member, model, ...(credential !== undefined && { credential_id: credential }) } }, signal })),
  });
}

const MODELS_AT_ONCE = 20;

// One question for each member whose models are shown; the page of another has another.
const explaining = new Map<string, (model: string) => Promise<Explained | null>>();

function explainingOf(member: string) {
  const known =
    explaining.get(member) ??
    together(async (models: string[]) => {
      const { items } = body(await api.GET("/api/admin/explain/models", { params: { query: { member_id: member, models: models.join(",") } } }));
      return new Map(models.map((model, index) => [model, items[index] as Explained]));
    }, MODELS_AT_ONCE);
  explaining.set(member, known);
  return known;
}

/** The same for a row of a list: all models of a page are one question. What each credential of the member could call is left out. */
export function explainRowQuery(member: string, model: string) {
  return queryOptions({ queryKey: key("admin", "explain", "row", member, model), queryFn: async (): Promise<Explained | null> => explainingOf(member)(model) });
}

/** Does what a repair says. */
export async function mend(repair: Repair): Promise<void> {
  await sendWritten({ method: repair.method ?? "GET", path: repair.path ?? "", body: repair.body });
}

/** Whom a change of rights would let see models, and whom not. Nothing is changed. */
export function effectQuery(repair: Repair) {
  return queryOptions({
    queryKey: key("admin", "explain", "effect", repair),
    queryFn: async ({ signal }): Promise<PreviewShown> =>
      (await sendWritten({ method: repair.method ?? "GET", path: `${repair.path}?dry_run=true`, body: repair.body }, signal)) as PreviewShown,
    gcTime: 0,
  });
}
