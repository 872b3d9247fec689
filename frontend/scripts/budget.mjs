// What a browser has to fetch before the first page of each kind stands: scripts and styles, compressed, under 200 KB.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BYTES_MAX = 200 * 1024;
const FIRST_PAGES = ["src/routes/sign-in.tsx", "src/routes/_in.tsx", "src/routes/_in.index.tsx", "src/i18n/en/index.ts"];

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", dist), "utf8"));

const wanted = new Set();
function need(key) {
  const chunk = manifest[key];
  if (chunk === undefined || wanted.has(chunk.file)) return;
  wanted.add(chunk.file);
  for (const style of chunk.css ?? []) wanted.add(style);
  for (const other of chunk.imports ?? []) need(other);
}
need("index.html");
for (const [key, chunk] of Object.entries(manifest)) {
  if (FIRST_PAGES.some((page) => (chunk.src ?? key).startsWith(page))) need(key);
}

let total = 0;
for (const file of wanted) total += gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
console.log(`first load: ${(total / 1024).toFixed(1)} KB of ${BYTES_MAX / 1024} KB, ${wanted.size} files`);
if (total > BYTES_MAX) process.exit(1);
