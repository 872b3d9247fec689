import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { DeviceShown, MyIssue } from "@/client/schema.gen";
import { key } from "@/lib/writes";

/** What asks with this code, from where and since when. Throws ApiProblem 404 for a code that nobody waits with. */
export function deviceQuery(code: string) {
  return queryOptions({
    queryKey: key("devices", code),
    queryFn: async ({ signal }): Promise<DeviceShown> => body(await api.GET("/api/me/device/{code}", { params: { path: { code } }, signal })),
    staleTime: 30_000,
    retry: false,
  });
}

/** Lets the program have a credential like this one. */
export async function approve({ code, given }: { code: string; given: MyIssue }): Promise<DeviceShown> {
  return body(await api.POST("/api/me/device/{code}/approve", { params: { path: { code } }, body: given }));
}

/** Sends the program away. */
export async function deny(code: string): Promise<DeviceShown> {
  return body(await api.POST("/api/me/device/{code}/deny", { params: { path: { code } } }));
}
