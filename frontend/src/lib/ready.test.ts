import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";

import { pagesQuery } from "./pages";
import { ahead } from "./ready";
import { key } from "./writes";

test("what was asked ahead is asked again by its page", async () => {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 10_000 } } });
  let times = 0;
  const one = { queryKey: key("models", "one"), queryFn: () => Promise.resolve((times += 1)) };
  const pages = pagesQuery(key("models", "list"), (page) => Promise.resolve({ items: [page.limit, (times += 1)], next: null }), 5);
  ahead(queries, one, pages);
  expect(await queries.query(one)).toBe(1);
  expect(await queries.infiniteQuery({ ...pages })).toEqual({ pageParams: [null], pages: [{ items: [5, 2], next: null }] });
  expect(times).toBe(2);
});

test("a page that is opened fails with what it asked ahead", async () => {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrong = { queryKey: key("models", "wrong"), queryFn: () => Promise.reject(new Error("away")) };
  ahead(queries, wrong);
  await expect(queries.query(wrong)).rejects.toThrow("away");
});
