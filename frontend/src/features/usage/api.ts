import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { MyUsageShown } from "@/client/schema.gen";
import { key } from "@/lib/writes";

/** What the member's calls of this calendar month came to, by day or by model. */
export function thisMonthQuery(by: "day" | "model") {
  return queryOptions({
    queryKey: key("usage", "month", by),
    queryFn: async ({ signal }): Promise<MyUsageShown> =>
      body(await api.GET("/api/me/usage", { params: { query: by === "day" ? { each: "day" } : { by: "model" } }, signal })),
  });
}
