import { readdirSync, readFileSync } from "node:fs";

import { afterEach, expect, test, vi } from "vitest";

import { askedBefore } from "./client";

const script = /<script>([^]*?)<\/script>/.exec(readFileSync("index.html", "utf8"))?.[1] ?? "";
const asks = (path: string) => {
  history.replaceState(null, "", path);
  const asked = vi.fn(() => Promise.resolve(Response.json({})));
  vi.stubGlobal("fetch", asked);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page's own, as a browser runs it
  (new Function(script) as () => void)();
  return asked.mock.calls;
};

afterEach(() => {
  vi.unstubAllGlobals();
  delete window.askedMe;
});

test("who is there is asked of somebody who is nobody yet, or late of somebody who is", () => {
  const pages = readdirSync("src/routes").filter((file) => /^[a-z]/.test(file) && file.endsWith(".tsx"));
  expect(pages.length).toBeGreaterThan(3);
  for (const page of pages) expect(asks(`/app/${page.replace(".tsx", "")}`)).toEqual([]);
  for (const path of ["/app/", "/app", "/app/admin", "/app/credentials/new", "/app/sign-in-again"]) expect(asks(path)).toEqual([["/api/me"]]);
});

test("what was asked before is answered twice, or to another question", () => {
  const [me, methods] = ["/api/me", "/api/auth/methods"].map((path) => new Request(new URL(path, location.origin)));
  const before = Promise.resolve(Response.json({}));
  window.askedMe = before;
  expect(askedBefore(methods as Request)).toBeUndefined();
  expect(askedBefore(new Request(me as Request, { method: "DELETE" }))).toBeUndefined();
  expect(askedBefore(me as Request)).toBe(before);
  expect(askedBefore(me as Request)).toBeUndefined();
});
