import { queryOptions } from "@tanstack/react-query";

import { api, body, setCsrfToken } from "@/client/client";
import type { AiApiPortalAuthLinksLinkShown as LinkShown, MeShown, MethodsShown, SignedInShown } from "@/client/schema.gen";
import { key } from "@/lib/writes";

/** Who is signed in, with every limit of theirs. Throws ApiProblem with status 401 where nobody is. */
export const meQuery = queryOptions({
  queryKey: key("me"),
  queryFn: async ({ signal }): Promise<MeShown> => {
    const me = body(await api.GET("/api/me", { signal }));
    setCsrfToken(me.csrf_token);
    return me;
  },
  staleTime: 30_000,
});

/** How members of this gateway sign in. */
export const methodsQuery = queryOptions({
  queryKey: key("methods"),
  queryFn: async ({ signal }): Promise<MethodsShown> => body(await api.GET("/api/auth/methods", { signal })),
  staleTime: 300_000,
});

/** Signs in by a password; `next` is the page of this gateway to show then. */
export async function signIn(given: { identifier: string; password: string; next: string | null }): Promise<SignedInShown> {
  return entered(body(await api.POST("/api/auth/login", { body: given })));
}

/** Signs this browser out. */
export async function signOut(): Promise<void> {
  await api.POST("/api/auth/logout");
  setCsrfToken(null);
}

/** Proves again, by the password, who uses this browser. */
export async function prove(password: string): Promise<void> {
  await api.POST("/api/auth/prove", { body: { password } });
}

/** Whom a link is for, and until when. */
export async function lookAtLink(secret: string): Promise<LinkShown> {
  return body(await api.POST("/api/auth/invitation/look", { body: { secret } }));
}

/** Chooses a password by an invitation or a reset link, and signs in. */
export async function followLink(kind: "invitation" | "reset", given: { secret: string; password: string }): Promise<SignedInShown> {
  const answer =
    kind === "invitation" ? await api.POST("/api/auth/invitation", { body: given }) : await api.POST("/api/auth/reset", { body: given });
  return entered(body(answer));
}

/** Makes the first owner, and signs in. */
export async function setUp(given: { secret: string; identifier: string; display_name: string; password: string }): Promise<SignedInShown> {
  return entered(body(await api.POST("/api/auth/set-up", { body: given })));
}

/** Asks for a reset link; the answer is the same for everybody. */
export async function forgot(identifier: string): Promise<{ sends_mail: boolean }> {
  return body(await api.POST("/api/auth/forgot", { body: { identifier } }));
}

function entered(answer: SignedInShown): SignedInShown {
  setCsrfToken(answer.csrf_token);
  return answer;
}
