import type { RowShown, SumsShown } from "@/client/schema.gen";
import { Money, TokenCount } from "@/components/amounts";
import { formatUsd } from "@/lib/money";
import type { Format } from "@/lib/format";
import type { By, Filter, Measure } from "./api";

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
  if (measure === "billed_cost") return formatUsd(sums.billed_cost_usd);
  if (measure === "list_cost") return formatUsd(sums.list_cost_usd);
  return format.count(drawn(sums, measure));
}

/** An amount in a cell. */
export function Amount({ sums, measure }: { sums: Sums; measure: Measure }) {
  if (measure === "billed_cost") return <Money usd={sums.billed_cost_usd} />;
  if (measure === "list_cost") return <Money usd={sums.list_cost_usd} />;
  return <TokenCount count={drawn(sums, measure)} />;
}

/** Which filter a press on a group sets, and by what its calls are told apart then. */
export const DRILLS: Readonly<Record<By, { filter: Filter; then: By }>> = {
  model: { filter: "model", then: "member" },
  member: { filter: "member_id", then: "model" },
  provider: { filter: "provider", then: "model" },
  provider_key: { filter: "provider_key_id", then: "model" },
  credential: { filter: "credential_id", then: "model" },
  tag: { filter: "tag_id", then: "member" },
  outcome: { filter: "outcome", then: "model" },
  allocation: { filter: "allocation_id", then: "credential" },
};

/** What tells a group from others, also where it has no key. */
export function groupId(row: Pick<RowShown, "kind" | "key">): string {
  return `${row.kind} ${row.key ?? ""}`;
}
