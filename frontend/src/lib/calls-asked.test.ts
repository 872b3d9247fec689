import { expect, test } from "vitest";

import { CALLS_READ, callsSent } from "./calls-asked";
import { search } from "./search";

const NOW = Date.parse("2026-11-19T12:00:00Z");
const SINCE = "2026-11-01T00:00:00.000Z";

test("a period that an address names is not another one when it is asked for", () => {
  expect(callsSent({}, "all", NOW)).toEqual({});
  expect(callsSent({}, "day", NOW)).toEqual({ since: "2026-11-18T12:00:00.000Z" });
  expect(callsSent({ range: "week" }, "all", NOW)).toEqual({ since: "2026-11-12T12:00:00.000Z" });
  // Links from reports and from before there were ranges name the ends alone.
  expect(callsSent({ since: SINCE }, "all", NOW)).toEqual({ since: SINCE, until: undefined });
  expect(callsSent({ until: SINCE }, "day", NOW)).toEqual({ since: undefined, until: SINCE });
  expect(callsSent({ range: "all", since: SINCE }, "day", NOW)).toEqual({});
});

test("a filter that the API takes is not lost on the way, and none is sent that cannot be meant", () => {
  const asked = { outcome: "failed", model: "acme/large", provider: "acme", credential_id: "c", allocation_id: "a", client: "codex", request_id: "r", cost_usd_min: "0.5" };
  expect(callsSent({ ...asked, latency_ms_min: "1500" }, "all", NOW)).toEqual({ ...asked, latency_ms_min: 1500 });
  const read = search(CALLS_READ);
  expect(read({ ...asked, latency_ms_min: 1500 })).toEqual({ ...asked, latency_ms_min: "1500" });
  expect(read({ latency_ms_min: "soon", range: "ever" })).toEqual({});
});
