import { expect, test } from "vitest";

import { isSpan, isUsd, msOf, readsAsId, secondsOf } from "./spans";

test("a time that was asked for comes back as another", () => {
  for (const seconds of ["0", "2.5", "0.001", "1.1", "86400"]) expect(secondsOf(msOf(seconds))).toBe(seconds);
  expect(msOf("1.005")).toBe("1005");
  for (const wrong of ["", "x", "-1", "1e3", "1.0001", undefined]) expect(msOf(wrong)).toBeUndefined();
  expect(secondsOf("NaN")).toBe("");
});

test("a span that holds nothing is asked for", () => {
  expect(isSpan("2", "1")).toBe(false);
  expect(isSpan("9", "10")).toBe(true);
  expect(isSpan("1", "1")).toBe(true);
  expect(isSpan(undefined, "1")).toBe(true);
});

test("what the API refuses is sent to it", () => {
  expect(isUsd("0.000000001")).toBe(true);
  for (const wrong of ["-1", "1.", "1e2", "$1", "0.0000000001"]) expect(isUsd(wrong)).toBe(false);
  expect(readsAsId(" 01a20556-2739-7837-a773-eba3518cc24a ")).toBe(true);
  expect(readsAsId("req_01")).toBe(false);
});
