/**
 * Asks for many things at once that are wanted one by one: what is wanted in the same moment goes into one question.
 *
 * `ask` gives what there is of at most `most` keys; whoever wanted another is given null.
 */
export function together<T>(ask: (keys: string[]) => Promise<Map<string, T>>, most: number): (key: string) => Promise<T | null> {
  let waiting = new Map<string, Promise<T | null>>();
  let asked: Promise<Map<string, T>> | null = null;
  return (key) => {
    if (waiting.size >= most && !waiting.has(key)) {
      waiting = new Map();
      asked = null;
    }
    const mine = waiting;
    asked ??= new Promise<void>((go) => setTimeout(go)).then(() => {
      if (waiting === mine) {
        waiting = new Map();
        asked = null;
      }
      return ask([...mine.keys()]);
    });
    const answer = mine.get(key) ?? asked.then((found) => found.get(key) ?? null);
    mine.set(key, answer);
    return answer;
  };
}
