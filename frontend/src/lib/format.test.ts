import { expect, test } from "vitest";

import { formatOf } from "./format";

test("each cell of a table makes formats of its own", () => {
  expect(formatOf("en", "Asia/Taipei")).toBe(formatOf("en", "Asia/Taipei"));
});

test("one zone or language is read in another's format", () => {
  const at = "2026-11-19T20:00:00Z";
  const year = (text: string) => text.replace(" 2026", "").replace("2026年", "");
  expect(year(formatOf("en", "UTC").moment(at))).toBe("19 Nov, 20:00");
  expect(year(formatOf("en", "Asia/Taipei").moment(at))).toBe("20 Nov, 04:00");
  expect(year(formatOf("zh-TW", "UTC").moment(at))).toBe("11月19日 20:00");
});
