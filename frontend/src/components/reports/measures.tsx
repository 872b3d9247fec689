import type { RowShown, SumsShown } from "@/client/schema.gen";
import { Money, TokenCount } from "@/components/amounts";
import type { Format } from "@/lib/format";
import { shortUsd } from "@/lib/money";
import type { Measure } from "@/lib/reports";

type Sums = Pick<SumsShown, "billed_cost_usd" | "list_cost_usd" | "calls" | "failed_calls" | "input_tokens" | "output_tokens">;

/** An amount as a number, to draw and compare it. */
export function drawn(sums: Sums, measure: Measure): number {
  switch (measure) {
    case "billed_cost":
      return Number(sums.billed_cost_usd);
    case "list_cost":
      return Number(sums.list_cost_usd);
    case "calls":
      return sums.calls;
    case "failed_calls":
      return sums.failed_calls;
    case "tokens":
      return sums.input_tokens + sums.output_tokens;
  }
}

/** An amount as it is read. */
export function written(sums: Sums, measure: Measure, format: Format): string {
  if (measure === "billed_cost") return shortUsd(sums.billed_cost_usd);
  if (measure === "list_cost") return shortUsd(sums.list_cost_usd);
  return format.count(drawn(sums, measure));
}

/** An amount in a cell. */
export function Amount({ sums, measure }: { sums: Sums; measure: Measure }) {
  if (measure === "billed_cost") return <Money usd={sums.billed_cost_usd} />;
  if (measure === "list_cost") return <Money usd={sums.list_cost_usd} />;
  return <TokenCount count={drawn(sums, measure)} />;
}

/** What tells a group from others, also where it has no key. */
export function groupId(row: Pick<RowShown, "kind" | "key">): string {
  return `${row.kind} ${row.key ?? ""}`;
}
