// What a browser fetches before a first page stands: its scripts, its styles and its messages, compressed, under 200 KB, and in few
// files, each of which costs it milliseconds.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BYTES_MAX = 200 * 1024;
const FILES_MAX = 24;
const SHELL = ["index.html", "src/routes/_in.tsx?tsr-split=component", "src/i18n/en/shared.json"];
const WITHOUT = ["src/shell/palette.tsx"];
const FIRST_PAGES = {
  "sign-in": ["index.html", "src/routes/sign-in.tsx?tsr-split=component", "src/i18n/en/shared.json", "src/i18n/en/entry.json"],
  "home, new": [...SHELL, "src/routes/_in.index.tsx?tsr-split=component", "src/routes/-first-steps.tsx", ...messages("home", "models", "credentials")],
  "home, settled": [...SHELL, "src/routes/_in.index.tsx?tsr-split=component", "src/routes/-settled-home.tsx", ...messages("home", "credentials")],
};

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", dist), "utf8"));

let isOver = false;
for (const [page, keys] of Object.entries(FIRST_PAGES)) {
  const files = new Set();
  for (const key of keys) need(key, files);
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length, 0);
  console.log(`first load of ${page}: ${(bytes / 1024).toFixed(1)} KB of ${BYTES_MAX / 1024} KB, ${files.size} files of ${FILES_MAX}`);
  isOver ||= bytes > BYTES_MAX || files.size > FILES_MAX;
}
if (isOver) process.exit(1);

function messages(...namespaces) {
  return namespaces.map((namespace) => `src/i18n/en/${namespace}.json`);
}

function need(key, files) {
  if (WITHOUT.includes(key)) return;
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`${key} is no part of the build`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const style of chunk.css ?? []) files.add(style);
  for (const other of chunk.imports ?? []) need(other, files);
}
