import type { MyAllocationShown } from "@/client/schema.gen";
import { paceOf } from "@/lib/pace";

/** Allocations that are not revoked, those first that run out first; then those without a limit, then those that are stopped. */
export function tightestFirst(all: readonly MyAllocationShown[], now: Date): MyAllocationShown[] {
  const share = (each: MyAllocationShown) => {
    if (each.state !== "active") return -2;
    const shares = each.limits.filter((limit) => limit.limit !== null).map((limit) => paceOf(limit, now).share);
    return shares.length === 0 ? -1 : Math.max(...shares);
  };
  return all.filter((each) => each.state !== "revoked").sort((a, b) => share(b) - share(a));
}
