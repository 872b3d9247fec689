/** A question of two parts: why a member can or cannot call a model. */
export interface Question {
  member: string;
  model: string;
}

// In both languages of the portal, whichever is shown.
const WHY = /^(?:why|為什麼|为什么|為何)\s+(.+?)\s+(\S+)$/i;

/** Reads `why mei opus`: the last word is the model, what is before it the member. Null for what is no such question. */
export function questionOf(typed: string): Question | null {
  const found = WHY.exec(typed.trim());
  return found?.[1] === undefined || found[2] === undefined ? null : { member: found[1], model: found[2] };
}
