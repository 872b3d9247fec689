/** One field of what was written, before and after; undefined where there was none. */
export interface Difference {
  field: string;
  before: string | undefined;
  after: string | undefined;
  isChanged: boolean;
}

type Document = Readonly<Record<string, unknown>> | null;

/** Every field of a write, those that changed first; what is within others is named by its path. */
export function differencesOf(before: Document, after: Document): Difference[] {
  const [left, right] = [flat(before), flat(after)];
  const fields = [...new Set([...left.keys(), ...right.keys()])];
  const all = fields.map((field) => ({ field, before: left.get(field), after: right.get(field), isChanged: left.get(field) !== right.get(field) }));
  return [...all.filter((each) => each.isChanged), ...all.filter((each) => !each.isChanged)];
}

function flat(document: Document): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [name, part] of Object.entries(value)) walk(part, path === "" ? name : `${path}.${name}`);
    } else found.set(path, written(value));
  };
  if (document !== null) walk(document, "");
  return found;
}

function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
