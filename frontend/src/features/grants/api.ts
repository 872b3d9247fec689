import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { AllocationFound, AllocationShown, Grant, LimitPreview, ListedAllocationShown, StopsShown } from "@/client/schema.gen";
import { pagesQuery } from "@/lib/pages";
import { readAll } from "@/lib/read-all";
import { key } from "@/lib/writes";

/** What a list of allocations is narrowed to. */
export interface GrantsAsked {
  member?: string | undefined;
  model?: string | undefined;
  state?: "active" | "paused" | "quarantined" | "revoked" | undefined;
  locked?: "yes" | "no" | undefined;
  /** The id of a tag that applies to the member. */
  tag?: string | undefined;
  sort?: "created_at" | "-created_at" | undefined;
}

function narrowed(asked: GrantsAsked) {
  return {
    ...(asked.member !== undefined && { member_id: asked.member }),
    ...(asked.model !== undefined && { model_id: asked.model }),
    ...(asked.state !== undefined && { state: asked.state }),
    ...(asked.locked !== undefined && { claim_locked: asked.locked === "yes" }),
    ...(asked.tag !== undefined && { tag_id: asked.tag }),
    ...(asked.sort !== undefined && { sort: asked.sort }),
  };
}

/** Every allocation that matches, as far as one change goes. */
export function readGrants(asked: GrantsAsked): Promise<AllocationShown[]> {
  const query = narrowed(asked);
  return readAll(async (page): Promise<ListedAllocationShown> => body(await api.GET("/api/admin/allocations", { params: { query: { ...query, ...page } } })));
}

/** Everybody's allocations, a page after another. */
export function grantsQuery(asked: GrantsAsked) {
  const query = narrowed(asked);
  return pagesQuery(
    key("admin", "allocations", "list", query),
    async (page, signal): Promise<ListedAllocationShown> => body(await api.GET("/api/admin/allocations", { params: { query: { ...query, ...page } }, signal })),
    25,
  );
}

/** One allocation, with every limit that calls by it are under. */
export function grantQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "allocations", "one", id),
    queryFn: async ({ signal }): Promise<AllocationFound> => body(await api.GET("/api/admin/allocations/{allocation_id}", { params: { path: { allocation_id: id } }, signal })),
  });
}

/** Gives a member a model. */
export async function grant(given: Grant): Promise<AllocationShown> {
  return body(await api.POST("/api/admin/allocations", { body: given }));
}

export interface MonthlyLimits {
  monthly_cost_usd: string | null;
  monthly_tokens: number | null;
}

/** Sets the monthly limits of an allocation. */
export async function changeLimits({ id, limits }: { id: string; limits: MonthlyLimits }): Promise<void> {
  await api.PATCH("/api/admin/allocations/{allocation_id}", { params: { path: { allocation_id: id } }, body: limits });
}

/** Whether the allocation would stand over these limits at once. Nothing is changed. */
export async function previewLimits({ id, limits }: { id: string; limits: MonthlyLimits }): Promise<LimitPreview> {
  return body(
    await api.PATCH("/api/admin/allocations/{allocation_id}", { params: { path: { allocation_id: id }, query: { dry_run: true } }, body: limits }),
  ) as LimitPreview;
}

export type Stop = "pause" | "quarantine" | "revoke";
export type Move = Stop | "resume" | "release" | "unlock";

export interface Moved {
  id: string;
  how: Move;
  reason: string;
}

/** Moves an allocation to another state, for a reason that is kept. */
export async function move({ id, how, reason }: Moved): Promise<void> {
  const asked = { params: { path: { allocation_id: id } }, body: { reason } };
  if (how === "pause") await api.POST("/api/admin/allocations/{allocation_id}/pause", asked);
  else if (how === "quarantine") await api.POST("/api/admin/allocations/{allocation_id}/quarantine", asked);
  else if (how === "revoke") await api.POST("/api/admin/allocations/{allocation_id}/revoke", asked);
  else if (how === "resume") await api.POST("/api/admin/allocations/{allocation_id}/resume", asked);
  else if (how === "release") await api.POST("/api/admin/allocations/{allocation_id}/release", asked);
  else await api.POST("/api/admin/allocations/{allocation_id}/unlock", asked);
}

/** What would stop by it, counted. Nothing is changed. */
export async function readStops(id: string, how: Stop): Promise<StopsShown> {
  const asked = { params: { path: { allocation_id: id }, query: { dry_run: true } }, body: {} };
  const answer =
    how === "pause"
      ? await api.POST("/api/admin/allocations/{allocation_id}/pause", asked)
      : how === "quarantine"
        ? await api.POST("/api/admin/allocations/{allocation_id}/quarantine", asked)
        : await api.POST("/api/admin/allocations/{allocation_id}/revoke", asked);
  return body(answer) as StopsShown;
}

/** The same as a question. */
export function stopsQuery(id: string, how: Stop) {
  return queryOptions({ queryKey: key("admin", "allocations", "stops", id, how), queryFn: () => readStops(id, how), gcTime: 0 });
}
