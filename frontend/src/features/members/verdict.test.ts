import { expect, test } from "vitest";

import type { Explained } from "@/client/schema.gen";
import { onlyLacksAllocation, verdictOf } from "./verdict";

type Step = Explained["steps"][number];

function explained(steps: readonly Pick<Step, "check" | "result">[], facts: Step["facts"] = {}, allocation: string | null = null): Explained {
  return {
    member_id: "m",
    model_id: "o",
    model: "acme/large",
    operation: "chat",
    credential_id: null,
    allocation_id: allocation,
    answer: { code: "model_not_in_scope", kind: "forbidden", words: "told", because: null },
    limits: [],
    routes: [],
    credentials: null,
    steps: steps.map((step) => ({ ...step, code: "code", words: "words", facts, repairs: [] })),
  };
}

test("a check after the one that refuses gives the verdict", () => {
  expect(verdictOf(explained([{ check: "member", result: "ok" }, { check: "policy", result: "refuses" }, { check: "allocation", result: "would_refuse" }]))).toBe("policy");
  expect(verdictOf(explained([{ check: "member", result: "ok" }]))).toBeNull();
});

test("an allocation that the credential leaves out is said not to be there", () => {
  expect(verdictOf(explained([{ check: "allocation", result: "refuses" }], { out_of_scope: ["a"] }))).toBe("scope");
  expect(verdictOf(explained([{ check: "allocation", result: "refuses" }], { out_of_scope: [] }))).toBe("allocation");
});

test("a model that somebody may not see, or has already, is offered to be granted", () => {
  const seen = { check: "policy", result: "ok" } as const;
  const refused = { check: "allocation", result: "refuses" } as const;
  expect(onlyLacksAllocation(explained([seen, refused]))).toBe(true);
  expect(onlyLacksAllocation(explained([{ ...seen, result: "would_refuse" }, refused]))).toBe(false);
  expect(onlyLacksAllocation(explained([seen, refused], {}, "a"))).toBe(false);
  expect(onlyLacksAllocation(explained([seen, { check: "state", result: "refuses" }]))).toBe(false);
});
