import { describe, expect, it } from "vitest";

import { example, exampleOperation, type Called } from "./examples";

const HELLO: Called = { origin: "https://ai.example.org", model: "openai/gpt-5-mini", operation: "chat", key: null };
const SAID: Called = {
  ...HELLO,
  asked: { messages: [{ role: "user", content: 'It\'s "5": true,\nis it? \\ 你好' }], temperature: 0.5, stream: true, stop: null },
};

describe("examples of calls", () => {
  it("say in curl what a shell hands on as it was written", () => {
    const text = example("curl", SAID);
    const quoted = /-d '((?:[^']|'\\'')*)'$/.exec(text)?.[1] ?? "";
    expect(JSON.parse(quoted.replaceAll(String.raw`'\''`, "'"))).toEqual({ model: SAID.model, ...SAID.asked });
  });

  it("are Python in Python, and JavaScript in JavaScript", () => {
    expect(example("python", SAID)).toContain(
      [
        "answer = client.chat.completions.create(",
        '    model="openai/gpt-5-mini",',
        String.raw`    messages=[{"role": "user", "content": "It's \"5\": true,\nis it? \\ 你好"}],`,
        "    temperature=0.5,",
        "    stream=True,",
        "    stop=None,",
        ")",
      ].join("\n"),
    );
    expect(example("javascript", SAID)).toContain(
      [
        "const answer = await client.chat.completions.create({",
        '  model: "openai/gpt-5-mini",',
        String.raw`  messages: [{ role: "user", content: "It's \"5\": true,\nis it? \\ 你好" }],`,
        "  temperature: 0.5,",
        "  stream: true,",
        "  stop: null,",
        "});",
      ].join("\n"),
    );
  });

  it("have a line for each message", () => {
    const messages = [{ role: "system", content: "Be short" }, { role: "user", content: "Hi" }];
    const call = { ...HELLO, asked: { messages } };
    expect(example("python", call)).toContain('    messages=[\n        {"role": "system", "content": "Be short"},\n        {"role": "user", "content": "Hi"},\n    ],\n)');
    expect(example("javascript", call)).toContain('  messages: [\n    { role: "system", content: "Be short" },\n    { role: "user", content: "Hi" },\n  ],\n});');
  });

  it("fit into a line where all that is asked are words", () => {
    expect(example("python", { ...HELLO, operation: "responses" })).toContain(
      'answer = client.responses.create(model="openai/gpt-5-mini", input="Say hello in Taiwanese")',
    );
    expect(example("curl", HELLO)).toContain(`-d '{"model": "openai/gpt-5-mini", "messages": [{"role": "user", "content": "Say hello in Taiwanese"}]}'`);
  });

  it("name the variable where the secret is not known, and the secret where it is", () => {
    expect(example("curl", HELLO)).toContain('"Authorization: Bearer $AI_API_KEY"');
    expect(example("python", { ...HELLO, key: "sk-1" })).not.toContain("import os");
    expect(example("javascript", { ...HELLO, key: "sk-1" })).toContain('apiKey: "sk-1"');
  });

  it("ask a model for what it does", () => {
    expect(exampleOperation(["chat", "responses"])).toBe("responses");
    expect(exampleOperation(["embeddings"])).toBe("embeddings");
  });
});
