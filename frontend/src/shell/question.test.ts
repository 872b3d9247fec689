import { describe, expect, it } from "vitest";

import { questionOf } from "./question";

describe("a question of two parts", () => {
  it("ends with the model, whatever the member is called", () => {
    expect(questionOf("why mei opus")).toEqual({ member: "mei", model: "opus" });
    expect(questionOf("Why Mei Lin  openai/gpt-5 ")).toEqual({ member: "Mei Lin", model: "openai/gpt-5" });
    expect(questionOf("為什麼 美 opus")).toEqual({ member: "美", model: "opus" });
  });

  it("is none with one part, or without the question", () => {
    expect(questionOf("why mei")).toBeNull();
    expect(questionOf("whyme opus 4")).toBeNull();
    expect(questionOf("")).toBeNull();
  });
});
