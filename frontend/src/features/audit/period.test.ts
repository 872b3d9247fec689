import { expect, test } from "vitest";

import { daysOf, periodOf } from "./period";

test("the browser's midnight is taken for the reader's", () => {
  const days = { first: "2026-11-01", last: "2026-11-19" };
  expect(periodOf(days, "Asia/Taipei")).toEqual({ since: "2026-10-31T16:00:00.000Z", until: "2026-11-19T16:00:00.000Z" });
  expect(periodOf(days, "America/New_York")).toEqual({ since: "2026-11-01T04:00:00.000Z", until: "2026-11-20T05:00:00.000Z" });
  expect(periodOf(days, "Pacific/Kiritimati")).toEqual({ since: "2026-10-31T10:00:00.000Z", until: "2026-11-19T10:00:00.000Z" });
});

test("a period comes back as other days", () => {
  for (const zone of ["Asia/Taipei", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"]) {
    for (const days of [{ first: "2026-11-01", last: "2026-11-30" }, { first: "2026-12-31", last: "" }, { first: "", last: "2026-02-28" }, { first: "", last: "" }]) {
      expect(daysOf(periodOf(days, zone), zone)).toEqual(days);
    }
  }
});

test("an address that holds no moment breaks the page", () => {
  expect(daysOf({ since: "yesterday", until: "" }, "UTC")).toEqual({ first: "", last: "" });
});
