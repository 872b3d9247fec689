import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";

import { expect, test } from "vitest";

// A font that the page fetches ahead and the style sheet does not name is fetched for nothing, and the other one too late.
test("the fonts that a first page needs are fetched after its texts are there, or others are", () => {
  const page = readFileSync("index.html", "utf8");
  const ahead = [...page.matchAll(/<link rel="preload" as="font"[^>]* crossorigin href="\/([^"]+)"/g)].map((found) => found[1] ?? "");
  const sheets = [...readFileSync("src/styles/app.css", "utf8").matchAll(/@import "(@fontsource-variable\/[^"]+)"/g)];
  expect(ahead).toHaveLength(sheets.length);
  for (const [, sheet] of sheets) {
    const latin = readFileSync(`node_modules/${sheet ?? ""}`, "utf8").match(/\/([^/)]+-latin-wght-normal\.woff2)/)?.[1];
    const font = ahead.find((each) => basename(each) === latin);
    expect(font, sheet).toBeDefined();
    expect(existsSync(font ?? ""), font).toBe(true);
  }
});
