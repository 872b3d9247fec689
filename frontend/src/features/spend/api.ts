import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { ReportShown } from "@/client/schema.gen";
import { whole, type ReportAsked } from "@/lib/reports";
import { key } from "@/lib/writes";
import type { BYS } from "./asked";

export const FILTERS = ["member_id", "model", "provider", "provider_key_id", "credential_id", "tag_id", "outcome", "allocation_id"] as const;

export type By = (typeof BYS)[number];
export type Filter = (typeof FILTERS)[number];

/** What is asked of the ledger, and what it is narrowed to. */
export type SpendAsked = ReportAsked<By> & { [Name in Filter]?: string | undefined };

const GROUPS_MAX = 50;

/** Sums of a period in the viewer's zone, that equal the ledger. */
export function reportQuery(asked: SpendAsked, zone: string) {
  const query = { ...asked, ...whole(asked), zone, top: GROUPS_MAX };
  return queryOptions({
    queryKey: key("admin", "usage", query),
    queryFn: async ({ signal }): Promise<ReportShown> => body(await api.GET("/api/admin/usage", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** The same as a file. */
export async function exportReport(asked: SpendAsked, zone: string, form: "csv" | "jsonl"): Promise<Blob> {
  return body(await api.GET("/api/admin/usage/export", { params: { query: { ...asked, ...whole(asked), zone, form } }, parseAs: "blob" }));
}

/** What is behind an id that the report is narrowed to. */
export function filterNameQuery(filter: Filter, value: string) {
  return queryOptions({
    queryKey: key("admin", "filter-name", filter, value),
    queryFn: ({ signal }): Promise<string> => nameOf(filter, value, signal),
    staleTime: 300_000,
    retry: false,
  });
}

async function nameOf(filter: Filter, value: string, signal: AbortSignal): Promise<string> {
  switch (filter) {
    case "member_id":
      return body(await api.GET("/api/admin/members/{member_id}", { params: { path: { member_id: value } }, signal })).display_name;
    case "credential_id":
      return body(await api.GET("/api/admin/credentials/{credential_id}", { params: { path: { credential_id: value } }, signal })).name;
    case "provider_key_id":
      return body(await api.GET("/api/admin/provider-keys/{provider_key_id}", { params: { path: { provider_key_id: value } }, signal })).name;
    case "tag_id":
      return body(await api.GET("/api/admin/tags/{tag_id}", { params: { path: { tag_id: value } }, signal })).name;
    case "allocation_id":
    case "model":
    case "provider":
    case "outcome":
      return value;
  }
}
