/** Reads one part of an address; undefined for what is not there or cannot be meant. */
type Reader<Value> = (raw: unknown) => Value | undefined;

type Read<Readers> = { [Name in keyof Readers]?: Readers[Name] extends Reader<infer Value> ? Value : never };

// By hand and not by zod, which is for forms: every first page would wait for it.

/** A word in the address, up to so many characters. */
export function word(charactersMax = 200): Reader<string> {
  return (raw) => (isText(raw) && String(raw) !== "" && String(raw).length <= charactersMax ? String(raw) : undefined);
}

/** One of a few words in the address. */
export function oneOf<const Words extends readonly string[]>(words: Words): Reader<Words[number]> {
  return (raw) => (isText(raw) ? words.find((each) => each === String(raw)) : undefined);
}

/** Several words in the address, such as the models to compare; what is no word of them is dropped. */
export function words(countMax: number, charactersMax = 200): Reader<string[]> {
  const one = word(charactersMax);
  return (raw) => {
    const read = (Array.isArray(raw) ? raw : [raw]).map(one).filter((each) => each !== undefined).slice(0, countMax);
    return read.length === 0 ? undefined : read;
  };
}

/** What a page reads from its address: every part may be missing, and what is unknown is dropped. */
export function search<Readers extends Record<string, Reader<unknown>>>(readers: Readers) {
  return (raw: Record<string, unknown>): Read<Readers> => {
    const read: Record<string, unknown> = {};
    for (const [name, reader] of Object.entries(readers)) {
      const value = reader(raw[name]);
      if (value !== undefined) read[name] = value;
    }
    return read as Read<Readers>;
  };
}

/** What a page asks for, without those parts of its address that only say what is open. */
export function without<Read extends object, Name extends keyof Read>(read: Read, ...names: readonly Name[]): Omit<Read, Name> {
  const left = Object.entries(read).filter(([name]) => !names.includes(name as Name));
  return Object.fromEntries(left) as Omit<Read, Name>;
}

// A router reads `?q=5` as a number.
function isText(raw: unknown): raw is string | number {
  return typeof raw === "string" || typeof raw === "number";
}
