import { expect, test } from "vitest";

import { namesOf, targetOf } from "./about";

const nothing = { target: null, member_id: null, member: null, model: null };
const grant = { target_id: "a", target_kind: "allocation", about: { ...nothing, member_id: "m", member: "Mei Tanaka", model: "acme/large" } };
const tag = { target_id: "t", target_kind: "tag", about: { ...nothing, target: "research" } };
const inWords = (kind: string) => ({ allocation: "Allocation", tag: "Tag" })[kind] ?? kind;

test("a grant does not say whose it is, or of which model", () => {
  expect(namesOf(grant)).toBe("Mei Tanaka · acme/large");
  expect(namesOf(tag)).toBe("research");
  expect(namesOf({ about: nothing })).toBe("");
});

test("a target is called by an event of another", () => {
  expect(targetOf([grant], "a", inWords)).toBe("Allocation · Mei Tanaka · acme/large");
  expect(targetOf([grant, tag], "t", inWords)).toBe("research");
  expect(targetOf([grant], "b", inWords)).toBeUndefined();
  expect(targetOf([{ ...grant, target_id: null }], undefined, inWords)).toBeUndefined();
});
