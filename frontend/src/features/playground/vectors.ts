/** How alike two vectors of the same length are: 1 for the same direction, 0 for nothing in common. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  let [dot, sizeA, sizeB] = [0, 0, 0];
  for (const [index, each] of a.entries()) {
    const other = b[index] ?? 0;
    dot += each * other;
    sizeA += each * each;
    sizeB += other * other;
  }
  return sizeA === 0 || sizeB === 0 ? 0 : dot / Math.sqrt(sizeA * sizeB);
}

/** The texts to embed, of what was written: one a line, without empty ones. */
export function textsOf(written: string): string[] {
  return written.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}
