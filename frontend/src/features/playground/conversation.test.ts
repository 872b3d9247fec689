import { describe, expect, it } from "vitest";

import { NOTHING_YET } from "./answer";
import { AS_THE_MODEL_DOES, askedOf, totalsOf, withoutBytes, type Turn } from "./conversation";

function turn(change: Partial<Turn> & { text?: string }): Turn {
  const { text = "Hello", ...rest } = change;
  return {
    id: 1,
    model: "local/smollm2",
    question: { text: "Hi", pictures: [] },
    answer: { ...NOTHING_YET, text, usage: { input: 10, output: 2 } },
    state: "done",
    problem: null,
    callId: "call-1",
    startedMs: 0,
    tookMs: 5,
    ...rest,
  };
}

describe("what a conversation asks", () => {
  it("is every turn that has an answer, stopped ones too, and the question", () => {
    const turns = [turn({}), turn({ state: "failed", text: "" }), turn({ state: "stopped", text: "Hal" })];
    expect(askedOf(turns, { text: "And?", pictures: [] }, AS_THE_MODEL_DOES)).toEqual({
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello" },
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hal" },
        { role: "user", content: "And?" },
      ],
    });
  });

  it("names only the parameters that were set, a temperature of 0 among them", () => {
    expect(askedOf([], null, { system: " ", temperature: 0, outputTokensMax: null, effort: "low" })).toEqual({ messages: [], temperature: 0, reasoning_effort: "low" });
    expect(askedOf([], null, { ...AS_THE_MODEL_DOES, system: "Be short", outputTokensMax: 8 })).toEqual({ messages: [{ role: "system", content: "Be short" }], max_completion_tokens: 8 });
  });

  it("carries pictures, and code shows where they would be", () => {
    const asked = askedOf([], { text: "What is it?", pictures: ["data:image/png;base64,AAAA"] }, AS_THE_MODEL_DOES);
    expect(asked["messages"]).toEqual([{ role: "user", content: [{ type: "text", text: "What is it?" }, { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] }]);
    expect(JSON.stringify(withoutBytes(asked))).toContain('"url":"data:image/png;base64,…"');
  });
});

describe("what a conversation cost", () => {
  it("is of the records; a call without a price is never nothing", () => {
    const calls = ["a", "b", "c", null].map((callId) => ({ callId, usage: { input: 10, output: 2 } }));
    const records: Record<string, { input_tokens: number; output_tokens: number; billed_cost_usd: string | null }> = {
      a: { input_tokens: 100, output_tokens: 20, billed_cost_usd: "0.0005" },
      b: { input_tokens: 200, output_tokens: 30, billed_cost_usd: null },
    };
    expect(totalsOf(calls, (id) => records[id])).toEqual({ calls: 3, input: 310, output: 52, costs: ["0.0005"], unpriced: 1, waiting: 1 });
  });

  it("is unknown before anything is recorded", () => {
    expect(totalsOf([], () => undefined)).toEqual({ calls: 0, input: 0, output: 0, costs: [], unpriced: 0, waiting: 0 });
  });
});
