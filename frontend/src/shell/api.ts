import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { Searched } from "@/client/schema.gen";
import { key } from "@/lib/writes";

/** What is called so, among what the member may know of. */
export function searchQuery(q: string) {
  return queryOptions({
    queryKey: key("models", "search", q),
    queryFn: async ({ signal }): Promise<Searched> => body(await api.GET("/api/search", { params: { query: { q } }, signal })),
    enabled: q !== "",
    staleTime: 10_000,
  });
}
