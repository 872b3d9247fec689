import { queryOptions } from "@tanstack/react-query";

import { api, body, setCsrfToken } from "@/client/client";
import type { AccessTokenCreate, AccessTokenMade, ListedAccessTokenShown, ListedSessionShown } from "@/client/schema.gen";
import { key } from "@/lib/writes";

/** The browsers that are signed in as the member. */
export const sessionsQuery = queryOptions({
  queryKey: key("sessions"),
  queryFn: async ({ signal }): Promise<ListedSessionShown> => body(await api.GET("/api/me/sessions", { params: { query: { limit: 200 } }, signal })),
});

/** The member's access tokens, ended ones too. */
export const accessTokensQuery = queryOptions({
  queryKey: key("access-tokens"),
  queryFn: async ({ signal }): Promise<ListedAccessTokenShown> => body(await api.GET("/api/me/access-tokens", { params: { query: { limit: 200 } }, signal })),
});

/** Gives the member another password. Other browsers are signed out by it. */
export async function changePassword(given: { current: string; new: string }): Promise<void> {
  setCsrfToken(body(await api.POST("/api/me/password", { body: given })).csrf_token);
}

/** Signs one browser out. */
export async function endSession(id: string): Promise<void> {
  await api.POST("/api/me/sessions/{session_id}/revoke", { params: { path: { session_id: id } } });
}

/** Signs all browsers out but this one. */
export async function endOtherSessions(): Promise<void> {
  await api.POST("/api/me/sessions/revoke-others");
}

/** Makes a way for a program to act as the member. Its secret is in this answer alone. */
export async function createAccessToken(given: AccessTokenCreate): Promise<AccessTokenMade> {
  return body(await api.POST("/api/me/access-tokens", { body: given }));
}

/** Ends an access token. */
export async function revokeAccessToken(id: string): Promise<void> {
  await api.POST("/api/me/access-tokens/{token_id}/revoke", { params: { path: { token_id: id } } });
}
