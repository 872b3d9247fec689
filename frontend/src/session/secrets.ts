import { useSyncExternalStore } from "react";

// Secrets of credentials that were just made. They are here and nowhere else, and gone with the page.
const secrets = new Map<string, string>();
const listeners = new Set<() => void>();

/** Keeps the secret of a credential for as long as this page is open. */
export function keepSecret(credentialId: string, secret: string): void {
  secrets.set(credentialId, secret);
  tell();
}

/** Forgets it. */
export function forgetSecret(credentialId: string): void {
  secrets.delete(credentialId);
  tell();
}

/** The secret of a credential, if it was made on this page and not forgotten since. */
export function useSecret(credentialId: string | null): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => (credentialId === null ? null : (secrets.get(credentialId) ?? null)),
  );
}

function tell(): void {
  for (const listener of listeners) listener();
}
