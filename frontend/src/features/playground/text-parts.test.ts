import { describe, expect, it } from "vitest";

import { inlineOf, partsOf } from "./text-parts";

describe("the pieces of an answer", () => {
  it("are words and code, in their order", () => {
    expect(partsOf("Group by day:\n\n```sql\nSELECT 1;\n\nSELECT 2;\n```\n\nThat is `one`.")).toEqual([
      { kind: "words", text: "Group by day:" },
      { kind: "code", text: "SELECT 1;\n\nSELECT 2;", language: "sql" },
      { kind: "words", text: "That is `one`." },
    ]);
  });

  it("hold code that has not ended", () => {
    expect(partsOf("```python\nprint(")).toEqual([{ kind: "code", text: "print(", language: "python" }]);
    expect(partsOf("x\n```")).toEqual([{ kind: "words", text: "x" }, { kind: "code", text: "", language: "" }]);
  });

  it("end code only where it began so", () => {
    expect(partsOf("````md\n```js\n1\n```\n````")).toEqual([{ kind: "code", text: "```js\n1\n```", language: "md" }]);
  });

  it("lose nothing of a line that only looks like code", () => {
    expect(partsOf("use ``` here")).toEqual([{ kind: "words", text: "use ``` here" }]);
    expect(partsOf("")).toEqual([]);
    expect(inlineOf("a `b` c ` d")).toEqual(["a ", "b", " c ` d"]);
  });
});
