/** A piece of an answer: words, or code with the name of its language. */
export type Part = { kind: "words"; text: string } | { kind: "code"; text: string; language: string };

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n`]*$/;

/** An answer in its pieces, in their order. Code that has not ended yet is code. */
export function partsOf(answer: string): Part[] {
  const parts: Part[] = [];
  let words: string[] = [];
  let code: { fence: string; language: string; lines: string[] } | null = null;
  const endWords = () => {
    const text = words.join("\n").replace(/^\n+|\n+$/g, "");
    if (text !== "") parts.push({ kind: "words", text });
    words = [];
  };
  for (const line of answer.split("\n")) {
    const found = FENCE.exec(line);
    if (code !== null) {
      if (found?.[1]?.startsWith(code.fence) === true && found[2] === "") {
        parts.push({ kind: "code", text: code.lines.join("\n"), language: code.language });
        code = null;
      } else code.lines.push(line);
    } else if (found !== null) {
      endWords();
      code = { fence: found[1] ?? "```", language: found[2] ?? "", lines: [] };
    } else words.push(line);
  }
  if (code !== null) parts.push({ kind: "code", text: code.lines.join("\n"), language: code.language });
  endWords();
  return parts;
}

/** Words with what stands in them as code, which is every second piece. */
export function inlineOf(words: string): string[] {
  return words.split(/`([^`\n]+)`/);
}
