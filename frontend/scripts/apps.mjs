// What the portal tells people to write into their tools is what the docs tell them: it is read from there.
// `node scripts/apps.mjs` writes src/features/apps/guides.gen.ts; with --check it fails where that is not what would be written.
import { readFileSync, writeFileSync } from "node:fs";

const docs = new URL("../../docs/", import.meta.url);
const written = new URL("../src/features/apps/guides.gen.ts", import.meta.url);
const HEAD = "// Written by `npm run apps` from docs/how-to and docs/reference/clients.md. Do not change by hand.\n\n";

// What the docs write where the portal knows better: the gateway's address, the credential, and a model of the member's.
const ORIGIN = "http://127.0.0.1:8080";
const IN_A_CONTAINER = "http://host.docker.internal:8080";
const KEY = "sk-aiapi-…";
const NAME = "GPT-5.4 mini";
const ABILITIES = { '"vision": true': '"vision": {{vision}}', "256000": "{{input_max}}", "16000": "{{output_max}}" };

// For each app its page, the model that the page names, and its steps: the file that the next block of code is for, null for a terminal.
const PAGES = {
  codex: { page: "use-codex", model: "openai/gpt-5.4-mini", steps: ["~/.codex/config.toml", null] },
  "claude-code": { page: "use-claude-code", model: "anthropic/claude-sonnet-4-6", steps: [null] },
  "gemini-cli": { page: "use-the-gemini-cli", model: "gemini/gemini-2.5-flash", steps: ["~/.gemini/settings.json", null] },
  opencode: { page: "use-opencode", model: "openai/gpt-5.4-mini", steps: ["~/.config/opencode/opencode.json", null] },
  copilot: { page: "use-github-copilot", model: "openai/gpt-5.4-mini", steps: [null, "chatLanguageModels.json"] },
  continue: { page: "use-continue", model: "openai/gpt-5.4-mini", steps: ["~/.continue/config.yaml", "~/.continue/.env", null] },
  "open-webui": { page: "use-open-webui", model: null, steps: [null, null] },
};
// As docs/reference/clients.md calls the program whose version it names.
const TESTED_AS = { codex: "codex", "claude-code": "claude-code", "gemini-cli": "gemini-cli", opencode: "opencode", python: "openai" };
const INSTALLERS = { codex: "codex", "claude-code": "claude-code", "gemini-cli": "gemini", opencode: "opencode" };
const ADDRESS_IN_INSTALLERS = "https://ai.example.com";

const text =
  HEAD +
  [
    `export const GUIDES = ${JSON.stringify(Object.fromEntries(Object.entries(PAGES).map(([app, page]) => [app, stepsOf(app, page)])), null, 2)} as const;`,
    `/** Lines that set a tool up by themselves, by app; the second of each undoes the first. */\nexport const INSTALL_LINES = ${JSON.stringify(installLines(), null, 2)} as const;`,
    `/** What was run against a gateway of this version, and when. */\nexport const TESTED = ${JSON.stringify(tested(), null, 2)} as const;`,
  ].join("\n\n") +
  "\n";

if (process.argv.includes("--check")) {
  if (readFileSync(written, "utf8") !== text) {
    console.error("src/features/apps/guides.gen.ts is not what docs/how-to and docs/reference/clients.md say: run `npm run apps` in frontend/");
    process.exit(1);
  }
} else {
  writeFileSync(written, text);
}

function stepsOf(app, { page, model, steps }) {
  const said = read(`how-to/${page}.md`);
  const blocks = [...said.matchAll(/^```\w*\n(.*?)^```$/gms)].map((found) => found[1].trimEnd());
  return steps.map((file, index) => {
    const block = blocks[index];
    if (block === undefined) fail(`${page}.md has no block of code number ${index + 1}`);
    if (file !== null && !said.includes(`\`${file}\``)) fail(`${page}.md does not speak of ${file}`);
    return { file, text: template(block, model) };
  });
}

function template(block, model) {
  return [
    [IN_A_CONTAINER, "{{container}}"],
    [ORIGIN, "{{origin}}"],
    [KEY, "{{key}}"],
    ...(model === null ? [] : [[model, "{{model}}"]]),
    [NAME, "{{name}}"],
    ...Object.entries(ABILITIES),
  ].reduce((now, [from, to]) => now.replaceAll(from, to), block);
}

function installLines() {
  const said = read("how-to/set-up-a-client-in-one-line.md").replaceAll("\\|", "|");
  const paths = JSON.parse(read("reference/openapi.json")).paths;
  const lines = [...said.matchAll(/`((?:curl -fsSL|irm) https:\/\/ai\.example\.com(\/install\/[a-z-]+\.(sh|ps1)) \| (?:sh|iex))`/g)];
  return Object.fromEntries(
    Object.entries(INSTALLERS).map(([app, name]) => {
      const found = lines.filter(([, , path]) => path === `/install/${name}.sh` || path === `/install/${name}.ps1`);
      if (found.length === 0) fail(`set-up-a-client-in-one-line.md has no line for ${name}`);
      return [
        app,
        found.map(([, line, path, shell]) => {
          const restore = path.replace(".", "-restore.");
          for (const each of [path, restore]) if (!(each in paths)) fail(`the gateway does not answer ${each}`);
          const install = line.replace(ADDRESS_IN_INSTALLERS, "{{origin}}");
          return { system: shell === "sh" ? "unix" : "windows", install, undo: install.replace(path, restore) };
        }),
      ];
    }),
  );
}

function tested() {
  const said = /^Seen on (\d{4}-\d\d-\d\d) with [^:]*: (.*)\.$/m.exec(read("reference/clients.md"));
  if (said === null) fail("clients.md does not say what was seen, and when");
  const versions = Object.fromEntries(said[2].split(", ").map((each) => each.split(" ")));
  const apps = Object.entries(TESTED_AS).filter(([, program]) => program in versions);
  return { on: said[1], versions: Object.fromEntries(apps.map(([app, program]) => [app, versions[program]])) };
}

function read(path) {
  return readFileSync(new URL(path, docs), "utf8");
}

function fail(why) {
  console.error(why);
  process.exit(1);
}
