import { expect, test } from "vitest";

import { dayIn, momentOf } from "./days";

test("the first of a month is not another day where clocks are far ahead or behind", () => {
  for (const zone of ["Pacific/Kiritimati", "Pacific/Auckland", "Asia/Taipei", "UTC", "America/New_York", "Etc/GMT+12"]) {
    expect(dayIn(momentOf("2026-11-01", zone), zone)).toBe("2026-11-01");
  }
});
