const RENEWED_BEFORE_MS = 60_000;

interface Token {
  secret: string;
  expiresMs: number;
}

/** What calls in a credential's name, for a quarter of an hour. It is here and nowhere else, and gone with the page. */
export interface Tokens {
  /** A token of a credential that is good for a minute or more; a new one is asked for where there is none. */
  of(credentialId: string): Promise<string>;
  /** Forgets a credential's: the gateway does not know it any more. */
  forget(credentialId: string): void;
}

/** Keeps tokens. A credential may have few at a time, so one that is good is used again, and two askers share one answer. */
export function keptTokens(issue: (credentialId: string) => Promise<{ secret: string; expires_at: string }>, now: () => number = Date.now): Tokens {
  const kept = new Map<string, Token>();
  const asked = new Map<string, Promise<string>>();

  async function renewed(credentialId: string): Promise<string> {
    const { secret, expires_at } = await issue(credentialId);
    kept.set(credentialId, { secret, expiresMs: Date.parse(expires_at) });
    return secret;
  }

  return {
    of(credentialId) {
      const token = kept.get(credentialId);
      if (token !== undefined && token.expiresMs - now() > RENEWED_BEFORE_MS) return Promise.resolve(token.secret);
      const waiting = asked.get(credentialId);
      if (waiting !== undefined) return waiting;
      const answer = renewed(credentialId).finally(() => asked.delete(credentialId));
      asked.set(credentialId, answer);
      return answer;
    },
    forget: (credentialId) => void kept.delete(credentialId),
  };
}
