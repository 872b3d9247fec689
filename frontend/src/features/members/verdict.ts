import type { Explained } from "@/client/schema.gen";

type Step = Explained["steps"][number];

/** What the verdict is about: the check that refuses, or the credential's scope where an allocation is there and left out of it. */
export function verdictOf(explained: Explained): Step["check"] | "scope" | null {
  const refusing = explained.steps.find((step) => step.result === "refuses");
  if (refusing === undefined) return null;
  const outside = refusing.facts["out_of_scope"];
  return refusing.check === "allocation" && Array.isArray(outside) && outside.length > 0 ? "scope" : refusing.check;
}

/** Whether nothing but an allocation is missing: nobody has granted or claimed the model, and the policy lets the member see it. */
export function onlyLacksAllocation(explained: Explained): boolean {
  const policy = explained.steps.find((step) => step.check === "policy");
  return verdictOf(explained) === "allocation" && explained.allocation_id === null && (policy?.result === "ok" || policy?.result === "would_be_ok");
}
