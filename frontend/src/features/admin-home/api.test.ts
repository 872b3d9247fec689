import { QueryClient } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => vi.unstubAllGlobals());

test("Home counts days in another zone than the lists beside it", async () => {
  const asked: URL[] = [];
  // Outside of a browser a request has no page to be relative to.
  const Whole = class extends Request {
    constructor(path: string, init?: RequestInit) {
      super(new URL(path, "https://portal.test"), init);
    }
  };
  vi.stubGlobal("Request", Whole);
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(new URL(request.url));
    return Promise.resolve(Response.json({}));
  });
  // The client takes both when it is made.
  const { busiestQuery, monthQuery, slowestQuery, todayQuery } = await import("./api");
  const queries = new QueryClient();
  for (const zone of ["Asia/Taipei", "Asia/Kathmandu"]) {
    // One client keeps both: what was read in a zone is not shown in another.
    await Promise.all([queries.query(monthQuery(zone)), queries.query(busiestQuery(zone)), queries.query(todayQuery(zone)), queries.query(slowestQuery(zone))]);
  }
  expect(asked.map((url) => url.searchParams.get("zone"))).toEqual([...Array<string>(4).fill("Asia/Taipei"), ...Array<string>(4).fill("Asia/Kathmandu")]);
});
