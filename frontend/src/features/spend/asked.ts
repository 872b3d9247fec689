// Apart from what asks the API: the address is read before a page is.
export const RANGES = ["today", "yesterday", "last_24_hours", "this_week", "last_7_days", "this_month", "last_month", "last_30_days", "this_quarter", "last_quarter", "this_year"] as const;
export const BYS = ["model", "member", "provider", "provider_key", "credential", "tag", "outcome", "allocation"] as const;
export const MEASURES = ["billed_cost", "list_cost", "calls", "failed_calls", "tokens"] as const;
export const STEPS = ["hour", "day", "week", "month"] as const;
