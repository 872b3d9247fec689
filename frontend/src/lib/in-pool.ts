/** Does something to each of many, no more than `width` at a time; the answers stand in the order of what was given. */
export async function inPool<Given, Answer>(given: readonly Given[], act: (each: Given) => Promise<Answer>, width = 4): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  async function work() {
    for (let at = next++; at < given.length; at = next++) answers[at] = await act(given[at] as Given);
  }
  await Promise.all(Array.from({ length: Math.min(width, given.length) }, work));
  return answers;
}
