/** How to call a model: one source for every page. `key` is the secret, or the variable that holds it. */
export interface Called {
  origin: string;
  model: string;
  operation: "chat" | "responses" | "embeddings";
  key: string | null;
  /** What is sent beside the model's name; where it is left out, the smallest call that proves that everything works. */
  asked?: Readonly<Record<string, unknown>>;
}

export const TOOLS = ["curl", "python", "javascript"] as const;
export type Tool = (typeof TOOLS)[number];

export const TOOL_NAMES: Readonly<Record<Tool, string>> = { curl: "curl", python: "Python", javascript: "JavaScript" };

const HELLO = "Say hello in Taiwanese";
const PATHS = { responses: "/v1/responses", chat: "/v1/chat/completions", embeddings: "/v1/embeddings" } as const;
const METHODS = { responses: "responses.create", chat: "chat.completions.create", embeddings: "embeddings.create" } as const;

/** The operation an example uses, of those that a model has: the one with the most to show. */
export function exampleOperation(operations: readonly string[]): Called["operation"] {
  if (operations.includes("responses")) return "responses";
  return operations.includes("chat") ? "chat" : "embeddings";
}

/** A call, ready to paste. */
export function example(tool: Tool, call: Called): string {
  return { curl: curlOf, python: pythonOf, javascript: javascriptOf }[tool](call);
}

function bodyOf({ model, operation, asked }: Called): Readonly<Record<string, unknown>> {
  if (asked !== undefined) return { model, ...asked };
  return operation === "chat" ? { model, messages: [{ role: "user", content: HELLO }] } : { model, input: HELLO };
}

function curlOf(call: Called): string {
  const body = call.asked === undefined ? literal(bodyOf(call), JSON_WORDS) : JSON.stringify(bodyOf(call), null, 2);
  return [
    `curl ${call.origin}${PATHS[call.operation]} \\`,
    `  -H "Authorization: Bearer ${call.key ?? "$AI_API_KEY"}" \\`,
    `  -H "Content-Type: application/json" \\`,
    // Within single quotes a shell reads everything as it is, but the quote that ends them.
    `  -d '${body.replaceAll("'", String.raw`'\''`)}'`,
  ].join("\n");
}

function pythonOf(call: Called): string {
  const key = call.key === null ? 'os.environ["AI_API_KEY"]' : JSON.stringify(call.key);
  const given = Object.entries(bodyOf(call)).map(([name, value]) => `${name}=${argument(value, PYTHON_WORDS, 4)}`);
  return [
    ...(call.key === null ? ["import os", ""] : []),
    "from openai import OpenAI",
    "",
    `client = OpenAI(base_url="${call.origin}/v1", api_key=${key})`,
    ...(isFlat(call) ? [`answer = client.${METHODS[call.operation]}(${given.join(", ")})`] : [`answer = client.${METHODS[call.operation]}(`, ...given.map((each) => `    ${each},`), ")"]),
    { responses: "print(answer.output_text)", chat: "print(answer.choices[0].message.content)", embeddings: "print(len(answer.data[0].embedding))" }[call.operation],
  ].join("\n");
}

function javascriptOf(call: Called): string {
  const key = call.key === null ? "process.env.AI_API_KEY" : JSON.stringify(call.key);
  const given = Object.entries(bodyOf(call)).map(([name, value]) => `${name}: ${argument(value, JAVASCRIPT_WORDS, 2)}`);
  const made = isFlat(call) ? [`{ ${given.join(", ")} });`] : ["{", ...given.map((each) => `  ${each},`), "});"];
  return [
    'import OpenAI from "openai";',
    "",
    `const client = new OpenAI({ baseURL: "${call.origin}/v1", apiKey: ${key} });`,
    `const answer = await client.${METHODS[call.operation]}(${made[0] ?? ""}`,
    ...made.slice(1),
    { responses: "console.log(answer.output_text);", chat: "console.log(answer.choices[0].message.content);", embeddings: "console.log(answer.data[0].embedding.length);" }[call.operation],
  ].join("\n");
}

/** Whether all that is sent are words and numbers, which fit into a line. */
function isFlat(call: Called): boolean {
  return Object.values(bodyOf(call)).every((value) => typeof value !== "object");
}

interface Words {
  yes: string;
  no: string;
  nothing: string;
  padding: string;
  name: (key: string) => string;
}

const JSON_WORDS: Words = { yes: "true", no: "false", nothing: "null", padding: "", name: (key) => JSON.stringify(key) };
const PYTHON_WORDS: Words = { ...JSON_WORDS, yes: "True", no: "False", nothing: "None" };
const JAVASCRIPT_WORDS: Words = { ...JSON_WORDS, padding: " ", name: (key) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)) };

/** A value at so many spaces from the left; several things each have a line of their own. */
function argument(value: unknown, words: Words, indent: number): string {
  if (!Array.isArray(value) || value.length < 2) return literal(value, words);
  const lines = value.map((each) => `${" ".repeat(2 * indent)}${literal(each, words)},`);
  return ["[", ...lines, `${" ".repeat(indent)}]`].join("\n");
}

// A string of JSON is one of Python and of JavaScript as well.
function literal(value: unknown, words: Words): string {
  if (value === true) return words.yes;
  if (value === false) return words.no;
  if (value === null || value === undefined) return words.nothing;
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, words)).join(", ")}]`;
  if (typeof value === "object") {
    const parts = Object.entries(value).map(([key, each]) => `${words.name(key)}: ${literal(each, words)}`);
    return `{${words.padding}${parts.join(", ")}${words.padding}}`;
  }
  return JSON.stringify(value);
}
