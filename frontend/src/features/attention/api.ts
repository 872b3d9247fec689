import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { AttentionShown } from "@/client/schema.gen";
import { key } from "@/lib/writes";

/** Everything that needs an administrator, the most harmful first. */
export const attentionQuery = queryOptions({
  queryKey: key("admin", "attention"),
  queryFn: async ({ signal }): Promise<AttentionShown> => body(await api.GET("/api/admin/attention", { signal })),
  refetchInterval: 60_000,
});
