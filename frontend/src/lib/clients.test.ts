import { expect, test } from "vitest";

import { clientsOf } from "./clients";

test("a program that used a credential is not counted as another one, or left out", () => {
  const call = (client: string | null, minute: number, refused_count = 0) => ({ client, refused_count, started_at: `2026-11-19T12:0${minute}:00Z` });
  expect(clientsOf([])).toEqual([]);
  expect(clientsOf([call("codex/1.2", 5), call(null, 4), call("codex/1.2", 3, 30), call("curl", 2)])).toEqual([
    { client: "codex/1.2", calls: 31, lastAt: "2026-11-19T12:05:00Z" },
    { client: null, calls: 1, lastAt: "2026-11-19T12:04:00Z" },
    { client: "curl", calls: 1, lastAt: "2026-11-19T12:02:00Z" },
  ]);
});
