import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { ListedMyModelShown, MyModelShown } from "@/client/schema.gen";
import { key } from "@/lib/writes";

/** The models that the member has, and those that they could claim. A catalog is short, and which tool fits is by all of it. */
export const callableModelsQuery = queryOptions({
  queryKey: key("models", "callable", "all"),
  queryFn: async ({ signal }): Promise<MyModelShown[]> => {
    const found: MyModelShown[] = [];
    for (const access of ["granted", "claimable"] as const) {
      let cursor: string | null = null;
      do {
        const page: ListedMyModelShown = body(
          await api.GET("/api/me/models", { params: { query: { access, limit: 200, ...(cursor !== null && { cursor }) } }, signal }),
        );
        found.push(...page.items);
        cursor = page.next;
      } while (cursor !== null);
    }
    return found;
  },
});
