// Types of the portal's API, from the description that the gateway writes of itself.
// `node scripts/schema.mjs` writes src/client/schema.gen.ts; with --check it fails where that is not what would be written.
import { readFileSync, writeFileSync } from "node:fs";

import openapiTS, { astToString } from "openapi-typescript";

const described = new URL("../../docs/reference/openapi.json", import.meta.url);
const written = new URL("../src/client/schema.gen.ts", import.meta.url);
const HEAD = "// Written by `npm run schema` from docs/reference/openapi.json. Do not change by hand.\n\n";

const document = JSON.parse(readFileSync(described, "utf8"));
// What the data plane speaks are other people's dialects; the portal speaks to /api alone.
document.paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => path.startsWith("/api/")));
document.components.schemas = onlyNamed(document);

const text = HEAD + astToString(await openapiTS(document, { rootTypes: true, rootTypesNoSchemaPrefix: true, alphabetize: true, defaultNonNullable: false }));

if (process.argv.includes("--check")) {
  if (readFileSync(written, "utf8") !== text) {
    console.error("src/client/schema.gen.ts is not what docs/reference/openapi.json says: run `npm run schema` in frontend/");
    process.exit(1);
  }
} else {
  writeFileSync(written, text);
}

function onlyNamed({ paths, components }) {
  const kept = {};
  const open = [...namesIn(paths), "Problem"];
  while (open.length > 0) {
    const name = open.pop();
    if (name in kept || !(name in components.schemas)) continue;
    kept[name] = components.schemas[name];
    open.push(...namesIn(kept[name]));
  }
  return Object.fromEntries(Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function namesIn(part) {
  return [...JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((found) => found[1]);
}
