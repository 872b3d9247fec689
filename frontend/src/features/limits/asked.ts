// Apart from the questions to the API: the router reads this before any page of limits is loaded.
export const SUBJECTS = ["global", "tag", "member", "allocation", "credential", "provider_key"] as const;
export const METRICS = ["cost", "total_tokens", "input_tokens", "output_tokens", "requests", "concurrency"] as const;
export const WINDOWS = ["month", "day", "sliding", "lifetime", "request"] as const;

/** What a list of limits is narrowed to. */
export interface LimitsAsked {
  subject?: (typeof SUBJECTS)[number] | undefined;
  id?: string | undefined;
  metric?: (typeof METRICS)[number] | undefined;
  window?: (typeof WINDOWS)[number] | undefined;
  sort?: "created_at" | "-created_at" | undefined;
}
