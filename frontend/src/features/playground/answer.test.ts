import { describe, expect, it } from "vitest";

import { ApiProblem } from "@/client/problem";
import { grown, NOTHING_YET, problemIn } from "./answer";

function read(...chunks: unknown[]) {
  return chunks.reduce((answer: typeof NOTHING_YET, chunk) => grown(answer, typeof chunk === "string" ? chunk : JSON.stringify(chunk), "req-1"), NOTHING_YET);
}

const piece = (delta: object, finish: string | null = null) => ({ choices: [{ index: 0, delta, finish_reason: finish }] });

describe("an answer that streams", () => {
  it("grows by its words, and keeps what it thought apart", () => {
    const answer = read(piece({ role: "assistant", content: null }), piece({ reasoning_content: "hm" }), piece({ content: "Hel" }), piece({ content: "lo" }), piece({}, "stop"), "[DONE]");
    expect(answer).toEqual({ text: "Hello", reasoning: "hm", finish: "stop", usage: null, pieces: 3 });
  });

  it("takes the usage of the last chunk, which has no choice", () => {
    expect(read(piece({ content: "x" }), { choices: [], usage: { prompt_tokens: 31, completion_tokens: 8 } }).usage).toEqual({ input: 31, output: 8 });
    expect(read({ choices: [], usage: null }).usage).toBeNull();
    expect(read({ choices: [], usage: { prompt_tokens: "31", completion_tokens: -1 } }).usage).toEqual({ input: 0, output: 0 });
  });

  it("passes over what it cannot read", () => {
    expect(read("", "{", "[]", "null", "5", { choices: null, usage: undefined })).toEqual(NOTHING_YET);
  });

  it("ends with the problem that the stream tells of, and its request id", () => {
    const cut = { error: { message: "The provider's answer was cut off.", code: "upstream_interrupted", type: "api_error" } };
    expect(() => read(piece({ content: "x" }), cut)).toThrow(ApiProblem);
    try {
      read(cut);
    } catch (error) {
      expect(error).toMatchObject({ code: "upstream_interrupted", detail: "The provider's answer was cut off.", requestId: "req-1" });
    }
  });

  it("has a problem without a code where something else than the gateway answered", () => {
    expect(problemIn("<html>", { status: 502, requestId: null })).toMatchObject({ code: "unexpected_answer", status: 502, requestId: null });
  });
});
