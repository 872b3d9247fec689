/** What a search can open. `id` is the model's slug, the place's address, and for the others the id of the API. */
export interface Found {
  kind: "place" | "model" | "member" | "credential" | "call";
  id: string;
  name: string;
  says?: string;
  /** Whose credential it is. */
  memberId?: string;
}

const KEPT = 5;

/** What a person opened last by the search, the newest first. It is gone with the tab: it names people. */
export function recentOf(memberId: string): readonly Found[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(`ai-api.recent.${memberId}`) ?? "[]");
    return Array.isArray(kept) ? (kept as Found[]) : [];
  } catch {
    return [];
  }
}

/** Notes down what was opened. */
export function noteRecent(memberId: string, found: Found): void {
  const kept = [found, ...recentOf(memberId).filter((each) => each.kind !== found.kind || each.id !== found.id)].slice(0, KEPT);
  try {
    sessionStorage.setItem(`ai-api.recent.${memberId}`, JSON.stringify(kept));
  } catch {
    // A private window may refuse; nothing is recent then.
  }
}
