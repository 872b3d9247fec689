import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { ListedMyAllocationShown } from "@/client/schema.gen";
import { key } from "@/lib/writes";

/** The member's own allocations, the newest first. */
export const myAllocationsQuery = queryOptions({
  queryKey: key("allocations", "mine"),
  queryFn: async ({ signal }): Promise<ListedMyAllocationShown> =>
    body(await api.GET("/api/me/allocations", { params: { query: { limit: 200 } }, signal })),
});

