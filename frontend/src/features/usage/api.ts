import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { ListedMyCredentialShown, ListedMyModelShown, ReportShown } from "@/client/schema.gen";
import { whole, type ReportAsked } from "@/lib/reports";
import { key } from "@/lib/writes";
import type { BYS } from "./asked";

export type By = (typeof BYS)[number];

/** What is asked of the member's own calls, and what it is narrowed to. */
export interface UsageAsked extends ReportAsked<By> {
  credential?: string | undefined;
  model?: string | undefined;
  provider?: string | undefined;
  outcome?: string | undefined;
}

const GROUPS_MAX = 50;
const CHOICES_MAX = 200;

/** Whose use is looked at: all of the member's, or that of one credential or one model. */
export type UseOf = Pick<UsageAsked, "credential" | "model">;

/** What the member's calls of this calendar month came to, by model and for each day, in the viewer's zone. */
export function thisMonthQuery({ credential, model }: UseOf, zone: string) {
  const query = { zone, range: "this_month", by: "model", each: "day", credential_id: credential, model, top: GROUPS_MAX } as const;
  return queryOptions({
    queryKey: key("usage", "month", query),
    queryFn: async ({ signal }): Promise<ReportShown> => body(await api.GET("/api/me/usage/report", { params: { query }, signal })),
  });
}

/** Sums of the member's own calls in the viewer's zone, that equal the ledger. */
export function reportQuery(asked: UsageAsked, zone: string) {
  const query = { ...sent(asked), zone, top: GROUPS_MAX };
  return queryOptions({
    queryKey: key("usage", "report", query),
    queryFn: async ({ signal }): Promise<ReportShown> => body(await api.GET("/api/me/usage/report", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** How the same calls ended, the most frequent end first. */
export function outcomesQuery({ range, credential, model, provider, outcome }: UsageAsked, zone: string) {
  const query = { range: range ?? "this_month", credential_id: credential, model, provider, outcome, by: "outcome", measure: "calls", zone, top: GROUPS_MAX } as const;
  return queryOptions({
    queryKey: key("usage", "outcomes", query),
    queryFn: async ({ signal }): Promise<ReportShown> => body(await api.GET("/api/me/usage/report", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** The report as a file. */
export async function exportReport(asked: UsageAsked, zone: string, form: "csv" | "jsonl"): Promise<Blob> {
  return body(await api.GET("/api/me/usage/export", { params: { query: { ...sent(asked), zone, form } }, parseAs: "blob" }));
}

/** The credentials that the report can be narrowed to, those that are over too: they had calls. */
export const credentialChoicesQuery = queryOptions({
  queryKey: key("credentials", "choices"),
  queryFn: async ({ signal }): Promise<ListedMyCredentialShown> => body(await api.GET("/api/me/credentials", { params: { query: { limit: CHOICES_MAX } }, signal })),
});

/** The models that the report can be narrowed to. */
export const modelChoicesQuery = queryOptions({
  queryKey: key("models", "choices"),
  queryFn: async ({ signal }): Promise<ListedMyModelShown> => body(await api.GET("/api/me/models", { params: { query: { limit: CHOICES_MAX } }, signal })),
});

function sent({ credential, model, provider, outcome, ...asked }: UsageAsked) {
  return { ...whole(asked), credential_id: credential, model, provider, outcome };
}
