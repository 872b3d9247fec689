import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { LatencyShown, ReportShown } from "@/client/schema.gen";
import { key } from "@/lib/writes";

const FRESH_MS = 60_000;

/** What this calendar month came to, by provider and day by day: in the viewer's zone, as in every list beside it. */
export function monthQuery(zone: string) {
  return queryOptions({
    queryKey: key("admin", "usage", "home", "month", zone),
    queryFn: async ({ signal }): Promise<ReportShown> => body(await api.GET("/api/admin/usage", { params: { query: { zone, range: "this_month", by: "provider", each: "day", top: 6 } }, signal })),
    staleTime: FRESH_MS,
  });
}

/** The members whose calls cost most this month. */
export function busiestQuery(zone: string) {
  return queryOptions({
    queryKey: key("admin", "usage", "home", "busiest", zone),
    queryFn: async ({ signal }): Promise<ReportShown> => body(await api.GET("/api/admin/usage", { params: { query: { zone, range: "this_month", by: "member", top: 5 } }, signal })),
    staleTime: FRESH_MS,
  });
}

/** How today's calls ended. */
export function todayQuery(zone: string) {
  return queryOptions({
    queryKey: key("admin", "usage", "home", "today", zone),
    queryFn: async ({ signal }): Promise<ReportShown> =>
      body(await api.GET("/api/admin/usage", { params: { query: { zone, range: "today", by: "outcome", measure: "calls", top: 8 } }, signal })),
    staleTime: FRESH_MS,
  });
}

/** How long the calls of the last 24 hours took, the slowest model first. */
export function slowestQuery(zone: string) {
  return queryOptions({
    queryKey: key("admin", "usage", "home", "slowest", zone),
    queryFn: async ({ signal }): Promise<LatencyShown> => body(await api.GET("/api/admin/usage/latency", { params: { query: { zone, range: "last_24_hours", by: "model" } }, signal })),
    staleTime: FRESH_MS,
  });
}

/** What of setting up is done. */
export interface SetUp {
  provider: boolean;
  model: boolean;
  price: boolean;
  member: boolean;
  mail: boolean;
}

/** What of setting up is done, from what there is: nothing of it is kept apart. */
export const setUpQuery = queryOptions({
  queryKey: key("admin", "set-up"),
  queryFn: async ({ signal }): Promise<SetUp> => {
    const one = { params: { query: { limit: 1 } }, signal };
    const [providers, models, prices, members, methods] = await Promise.all([
      api.GET("/api/admin/provider-keys", one).then(body),
      api.GET("/api/admin/models", { params: { query: { limit: 1, status: "active" } }, signal }).then(body),
      api.GET("/api/admin/prices", one).then(body),
      api.GET("/api/admin/members", { params: { query: { limit: 2, kind: "person" } }, signal }).then(body),
      api.GET("/api/auth/methods", { signal }).then(body),
    ]);
    const has = (found: { items: readonly unknown[] }, count = 1) => found.items.length >= count;
    return {
      provider: has(providers),
      model: has(models),
      price: has(prices),
      member: has(members, 2),
      mail: methods.sends_mail,
    };
  },
});
