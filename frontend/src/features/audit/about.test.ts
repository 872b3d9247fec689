import { expect, test } from "vitest";

import { aboutWords, targetOf } from "./about";

const nothing = { target: null, member_id: null, member: null, model: null };
const grant = { target_id: "a", target_kind: "allocation", about: { ...nothing, member_id: "m", member: "Mei Tanaka", model: "acme/large" } };

test("a grant does not say whose it is, or of which model", () => {
  expect(aboutWords(grant)).toBe("allocation · Mei Tanaka · acme/large");
  expect(aboutWords({ target_id: null, target_kind: "price_version", about: { ...nothing, model: "acme/large" } })).toBe("price version · acme/large");
  expect(aboutWords({ target_id: "t", target_kind: "tag", about: { ...nothing, target: "research" } })).toBe("research");
});

test("a target is called by an event of another", () => {
  expect(targetOf([grant], "a")).toBe("allocation · Mei Tanaka · acme/large");
  expect(targetOf([grant], "b")).toBeUndefined();
  expect(targetOf([{ ...grant, target_id: null }], undefined)).toBeUndefined();
});
