import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { SettingsShown, SystemChange, SystemShown } from "@/client/schema.gen";
import { key } from "@/lib/writes";

/** What runs here, and the settings of the organization. */
export const systemQuery = queryOptions({
  queryKey: key("admin", "system"),
  queryFn: async ({ signal }): Promise<SystemShown> => body(await api.GET("/api/admin/system", { signal })),
  refetchInterval: 15_000,
});

/** What the operator has set, and where; of secrets only that they are. A process reads it once, when it starts. */
export const configuredQuery = queryOptions({
  queryKey: key("admin", "configured"),
  queryFn: async ({ signal }): Promise<SettingsShown> => body(await api.GET("/api/admin/system/settings", { signal })),
});

/** Changes settings of the organization; every replica knows before its next call. */
export async function changeSystem(changes: SystemChange): Promise<SystemShown> {
  return body(await api.PATCH("/api/admin/system", { body: changes }));
}
