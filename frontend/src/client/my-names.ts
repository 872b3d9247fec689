import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { key } from "@/lib/writes";
import { api, body } from "./client";
import type { MyAllocationFound, MyCredentialShown, MyModelShown } from "./schema.gen";

// What the member's own lists are narrowed to, by name. Apart from what a first page asks: only these lists do.
const FOUND_MAX = 8;

/** The member's credentials that are called so, those that are over too: they had calls. */
export function myCredentialsCalledQuery(q: string) {
  return queryOptions({
    queryKey: key("credentials", "called", q),
    queryFn: async ({ signal }): Promise<MyCredentialShown[]> =>
      body(await api.GET("/api/me/credentials", { params: { query: { limit: FOUND_MAX, ...(q !== "" && { q }) } }, signal })).items,
    placeholderData: keepPreviousData,
  });
}

/** The models that the member sees and that are called so. */
export function myModelsCalledQuery(q: string) {
  return queryOptions({
    queryKey: key("models", "called", q),
    queryFn: async ({ signal }): Promise<MyModelShown[]> =>
      body(await api.GET("/api/me/models", { params: { query: { limit: FOUND_MAX, ...(q !== "" && { q }) } }, signal })).items,
    placeholderData: keepPreviousData,
  });
}

/** One of the member's allocations, for what its model is called. */
export function myAllocationQuery(id: string) {
  return queryOptions({
    queryKey: key("allocations", "name", id),
    queryFn: async ({ signal }): Promise<MyAllocationFound> => body(await api.GET("/api/me/allocations/{allocation_id}", { params: { path: { allocation_id: id } }, signal })),
    staleTime: 300_000,
    retry: false,
  });
}
