// Both languages say the same: the same keys, the same named arguments in each, and no message that nobody shows.
import { readdirSync, readFileSync } from "node:fs";

import { IntlMessageFormat } from "intl-messageformat";

const root = new URL("../src/", import.meta.url);
const ORIGINAL = "en";
const OTHERS = ["zh-TW"];
// A sentence for each code that the gateway answers. They are shown by code, so no line of source names them.
const ERRORS = "errors.json";
const ERRORS_REFERENCE = new URL("../../docs/reference/errors.md", import.meta.url);
// What the command line says is behind this heading.
const COMMANDS = "\n## Commands\n";
// By these words of OpenAI's its clients decide, the playground among them, and not by ours.
const CLIENTS_WORDS = ["context_length_exceeded", "insufficient_quota", "invalid_api_key", "rate_limit_exceeded"];

const faults = [];
const originals = filesOf(ORIGINAL);
for (const language of OTHERS) {
  for (const name of new Set([...filesOf(language), ...originals])) {
    compare(language, name);
  }
}
unused();
untold();

if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log(`messages: ${originals.length} files, both languages complete`);

function filesOf(language) {
  return readdirSync(new URL(`i18n/${language}/`, root)).filter((name) => name.endsWith(".json"));
}

function read(language, name) {
  try {
    return JSON.parse(readFileSync(new URL(`i18n/${language}/${name}`, root), "utf8"));
  } catch (error) {
    faults.push(`${language}/${name}: ${error.message}`);
    return {};
  }
}

function compare(language, name) {
  const said = read(ORIGINAL, name);
  const translated = read(language, name);
  for (const key of new Set([...Object.keys(said), ...Object.keys(translated)])) {
    if (!(key in said)) faults.push(`${language}/${name}: ${key} is not in ${ORIGINAL}`);
    else if (!(key in translated)) faults.push(`${language}/${name}: ${key} is missing`);
    else {
      const [here, there] = [argumentsOf(ORIGINAL, name, key, said[key]), argumentsOf(language, name, key, translated[key])];
      if (!sameArguments(here, there)) faults.push(`${language}/${name}: ${key} has {${[...there.keys()].join(", ")}} where ${ORIGINAL} has {${[...here.keys()].join(", ")}}`);
    }
  }
}

function argumentsOf(language, name, key, text) {
  const found = new Map();
  const walk = (parts) => {
    for (const part of parts) {
      if (part.type === 0 || part.type === 7) continue;
      if (part.type === 8) {
        found.set(`<${part.value}>`, true);
        walk(part.children);
        continue;
      }
      if (part.style?.type !== undefined) faults.push(`${language}/${name}: ${key} has a skeleton; lib/format writes numbers and dates`);
      found.set(part.value, part.type !== 6 || found.get(part.value) === true);
      for (const option of Object.values(part.options ?? {})) walk(option.value);
    }
  };
  try {
    walk(new IntlMessageFormat(text, language).getAst());
  } catch (error) {
    faults.push(`${language}/${name}: ${key} is no message: ${error.message}`);
  }
  return found;
}

// Each argument of one is in the other, but what only chooses a plural: not every language has plurals.
function sameArguments(here, there) {
  const needed = [...here].filter(([, isShown]) => isShown).every(([name]) => there.has(name));
  return needed && [...there.keys()].every((name) => here.has(name));
}

function unused() {
  const source = sources(root).map((file) => readFileSync(file, "utf8")).join("\n");
  const beginnings = [...source.matchAll(/`(?:[a-z_]+:)?([A-Za-z0-9_.-]+)\$\{/g)].map((found) => found[1]);
  for (const name of originals.filter((each) => each !== ERRORS)) {
    for (const key of Object.keys(read(ORIGINAL, name))) {
      const shown = new RegExp(`["'\`:]${key.replaceAll(".", "\\.")}["'\`]`).test(source);
      if (!shown && !beginnings.some((beginning) => key.startsWith(beginning))) faults.push(`${name}: nobody shows ${key}`);
    }
  }
}

function untold() {
  const answered = answeredCodes(readFileSync(ERRORS_REFERENCE, "utf8").split(COMMANDS)[0]);
  for (const word of CLIENTS_WORDS) answered.add(word);
  if (answered.size === CLIENTS_WORDS.length) faults.push("docs/reference/errors.md has no codes");
  const told = read(ORIGINAL, ERRORS);
  for (const code of answered) if (!(code in told)) faults.push(`${ORIGINAL}/${ERRORS}: ${code} has no sentence`);
  for (const code of Object.keys(told)) if (!answered.has(code)) faults.push(`${ORIGINAL}/${ERRORS}: nobody answers ${code}`);
}

// The first cell of each row; `*_quota_exceeded` stands for those that its row names.
function answeredCodes(page) {
  const codes = new Set();
  for (const [, code, rest] of page.matchAll(/^\| `([a-z0-9_*]+)` \|(.*)$/gm)) {
    // The kinds, which are words of the codes' own column, have a status beside them.
    if (/^ \d{3} \| `[a-z_]+` \|/.test(rest)) continue;
    if (!code.includes("*")) codes.add(code);
    const shape = new RegExp(`^${code.replace("*", "[a-z_]+")}$`);
    for (const [, named] of rest.matchAll(/`([a-z_]+)`/g)) if (code.includes("*") && shape.test(named)) codes.add(named);
  }
  return codes;
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const at = new URL(entry.isDirectory() ? `${entry.name}/` : entry.name, folder);
    if (entry.isDirectory()) return sources(at);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes(".gen.") ? [at] : [];
  });
}
