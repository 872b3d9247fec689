/** How to call a model: one source for every page. `key` is the secret, or the variable that holds it. */
export interface Called {
  origin: string;
  model: string;
  operation: "chat" | "responses" | "embeddings";
  key: string | null;
}

export const TOOLS = ["curl", "python", "javascript"] as const;
export type Tool = (typeof TOOLS)[number];

export const TOOL_NAMES: Readonly<Record<Tool, string>> = { curl: "curl", python: "Python", javascript: "JavaScript" };

const HELLO = "Say hello in Taiwanese";
const PATHS = { responses: "/v1/responses", chat: "/v1/chat/completions", embeddings: "/v1/embeddings" } as const;

/** The operation an example uses, of those that a model has: the one with the most to show. */
export function exampleOperation(operations: readonly string[]): Called["operation"] {
  if (operations.includes("responses")) return "responses";
  return operations.includes("chat") ? "chat" : "embeddings";
}

/** The smallest call that proves that everything works, ready to paste. */
export function example(tool: Tool, call: Called): string {
  return { curl: curlOf, python: pythonOf, javascript: javascriptOf }[tool](call);
}

function bodyOf({ model, operation }: Called): string {
  if (operation === "chat") return JSON.stringify({ model, messages: [{ role: "user", content: HELLO }] });
  return JSON.stringify({ model, input: HELLO });
}

function spaced(json: string): string {
  return json.replaceAll('":', '": ').replaceAll(',"', ', "');
}

function curlOf(call: Called): string {
  return [
    `curl ${call.origin}${PATHS[call.operation]} \\`,
    `  -H "Authorization: Bearer ${call.key ?? "$AI_API_KEY"}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${spaced(bodyOf(call))}'`,
  ].join("\n");
}

function pythonOf(call: Called): string {
  const key = call.key === null ? 'os.environ["AI_API_KEY"]' : JSON.stringify(call.key);
  const made = {
    responses: [`answer = client.responses.create(model="${call.model}", input="${HELLO}")`, "print(answer.output_text)"],
    chat: [
      "answer = client.chat.completions.create(",
      `    model="${call.model}",`,
      `    messages=[{"role": "user", "content": "${HELLO}"}],`,
      ")",
      "print(answer.choices[0].message.content)",
    ],
    embeddings: [`answer = client.embeddings.create(model="${call.model}", input="${HELLO}")`, "print(len(answer.data[0].embedding))"],
  }[call.operation];
  return [
    ...(call.key === null ? ["import os", ""] : []),
    "from openai import OpenAI",
    "",
    `client = OpenAI(base_url="${call.origin}/v1", api_key=${key})`,
    ...made,
  ].join("\n");
}

function javascriptOf(call: Called): string {
  const key = call.key === null ? "process.env.AI_API_KEY" : JSON.stringify(call.key);
  const made = {
    responses: [`const answer = await client.responses.create({ model: "${call.model}", input: "${HELLO}" });`, "console.log(answer.output_text);"],
    chat: [
      "const answer = await client.chat.completions.create({",
      `  model: "${call.model}",`,
      `  messages: [{ role: "user", content: "${HELLO}" }],`,
      "});",
      "console.log(answer.choices[0].message.content);",
    ],
    embeddings: [
      `const answer = await client.embeddings.create({ model: "${call.model}", input: "${HELLO}" });`,
      "console.log(answer.data[0].embedding.length);",
    ],
  }[call.operation];
  return ['import OpenAI from "openai";', "", `const client = new OpenAI({ baseURL: "${call.origin}/v1", apiKey: ${key} });`, ...made].join("\n");
}
