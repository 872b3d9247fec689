// Apart from what asks the API: the address is read before a page is.
const CALENDAR = ["today", "yesterday", "this_week", "last_week", "this_month", "last_month", "this_quarter", "last_quarter", "this_year"] as const;
const ROLLING = ["last_24_hours", "last_7_days", "last_30_days"] as const;

/** Periods by name: spans of the calendar in the viewer's zone first, then so many times 24 hours up to now. */
export const RANGES = [...CALENDAR, ...ROLLING] as const;
export const MEASURES = ["billed_cost", "list_cost", "calls", "failed_calls", "tokens"] as const;
export const STEPS = ["hour", "day", "week", "month"] as const;

export type Range = (typeof RANGES)[number];
export type Measure = (typeof MEASURES)[number];
export type Step = (typeof STEPS)[number];

/** What a report is asked for; what is missing has its usual value. */
export interface ReportAsked<By extends string> {
  range?: Range | undefined;
  by?: By | undefined;
  measure?: Measure | undefined;
  each?: Step | undefined;
}

/** Whether a period goes by hours up to now, not by the calendar. */
export function isRolling(range: Range): boolean {
  return (ROLLING as readonly string[]).includes(range);
}

/** The same question with everything that was left out: spend of this month by model for each day. */
export function whole<By extends string>(asked: ReportAsked<By>): { range: Range; by: By | "model"; measure: Measure; each: Step } {
  const range = asked.range ?? "this_month";
  return { range, by: asked.by ?? "model", measure: asked.measure ?? "billed_cost", each: asked.each ?? usualStep(range) };
}

function usualStep(range: Range): Step {
  if (range === "today" || range === "yesterday" || range === "last_24_hours") return "hour";
  return range === "this_quarter" || range === "last_quarter" || range === "this_year" ? "month" : "day";
}
