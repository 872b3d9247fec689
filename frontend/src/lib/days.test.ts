import { expect, test } from "vitest";

import { dayIn, momentAt, momentOf, wallTimeIn } from "./days";

test("the first of a month is not another day where clocks are far ahead or behind", () => {
  for (const zone of ["Pacific/Kiritimati", "Pacific/Auckland", "Asia/Taipei", "UTC", "America/New_York", "Etc/GMT+12"]) {
    expect(dayIn(momentOf("2026-11-01", zone), zone)).toBe("2026-11-01");
  }
});

test("a time of day is not another moment where clocks are far ahead, or are changed that day", () => {
  expect(momentAt("2026-11-01T00:00", "Asia/Taipei").toISOString()).toBe("2026-10-31T16:00:00.000Z");
  expect(momentAt("2026-11-01T00:00", "Pacific/Kiritimati").toISOString()).toBe("2026-10-31T10:00:00.000Z");
  // Before and after 02:00, when New York goes back to 01:00: 01:30 is there twice.
  expect(momentAt("2026-11-01T00:30", "America/New_York").toISOString()).toBe("2026-11-01T04:30:00.000Z");
  expect(momentAt("2026-11-01T01:30", "America/New_York").toISOString()).toBe("2026-11-01T05:30:00.000Z");
  expect(momentAt("2026-11-01T02:30", "America/New_York").toISOString()).toBe("2026-11-01T07:30:00.000Z");
  // 02:30 is not there at all in spring.
  expect(momentAt("2026-03-08T02:30", "America/New_York").toISOString()).toBe("2026-03-08T07:30:00.000Z");
  for (const zone of ["Asia/Kolkata", "America/St_Johns", "Europe/Berlin"]) expect(wallTimeIn(momentAt("2026-07-04T23:59", zone), zone)).toBe("2026-07-04T23:59");
});
