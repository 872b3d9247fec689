import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { LinkMade, ListedAccessTokenShown, ListedCallRecordShown, ListedCredentialListed, ListedEventShown, ListedLinkShown, ListedMemberSessionShown, ReportShown, StopsShown } from "@/client/schema.gen";
import { lateCalls } from "@/lib/clients";
import { pagesQuery } from "@/lib/pages";
import { key } from "@/lib/writes";

/** Makes a link by which a member chooses a password: the first, or another. Its address is in this answer alone. */
export async function makeLink({ id, kind }: { id: string; kind: "invitation" | "reset" }): Promise<LinkMade> {
  const params = { path: { member_id: id } };
  return body(kind === "invitation" ? await api.POST("/api/admin/members/{member_id}/invite", { params }) : await api.POST("/api/admin/members/{member_id}/reset", { params }));
}

/** The links that were made for a member. */
export function linksQuery(id: string) {
  return pagesQuery(
    key("admin", "members", "links", id),
    async (page, signal): Promise<ListedLinkShown> => body(await api.GET("/api/admin/members/{member_id}/invitations", { params: { path: { member_id: id }, query: page }, signal })),
    20,
  );
}

/** Ends a link before it was used. */
export async function revokeLink({ member, id }: { member: string; id: string }): Promise<void> {
  await api.POST("/api/admin/members/{member_id}/invitations/{invitation_id}/revoke", { params: { path: { member_id: member, invitation_id: id } } });
}

/** The browsers that are signed in as a member. */
export function sessionsOfQuery(id: string) {
  return pagesQuery(
    key("admin", "members", "sessions", id),
    async (page, signal): Promise<ListedMemberSessionShown> => body(await api.GET("/api/admin/members/{member_id}/sessions", { params: { path: { member_id: id }, query: page }, signal })),
    20,
  );
}

/** Signs a member out everywhere. */
export async function endSessions(id: string): Promise<void> {
  await api.POST("/api/admin/members/{member_id}/sessions/revoke", { params: { path: { member_id: id } } });
}

/** A member's access tokens, ended ones too. */
export function tokensOfQuery(id: string) {
  return pagesQuery(
    key("admin", "members", "access-tokens", id),
    async (page, signal): Promise<ListedAccessTokenShown> => body(await api.GET("/api/admin/members/{member_id}/access-tokens", { params: { path: { member_id: id }, query: page }, signal })),
    20,
  );
}

/** Ends an access token of a member. */
export async function revokeTokenOf({ member, id }: { member: string; id: string }): Promise<void> {
  await api.POST("/api/admin/members/{member_id}/access-tokens/{token_id}/revoke", { params: { path: { member_id: member, token_id: id } } });
}

/** A member's credentials. */
export function credentialsOfQuery(id: string) {
  return pagesQuery(
    key("admin", "credentials", { member: id }),
    async (page, signal): Promise<ListedCredentialListed> => body(await api.GET("/api/admin/credentials", { params: { query: { ...page, member_id: id } }, signal })),
    25,
  );
}

export type CredentialMove = "pause" | "resume" | "revoke";

/** Pauses, resumes or revokes a credential of a member. */
export async function moveCredential({ id, how, reason }: { id: string; how: CredentialMove; reason: string }): Promise<void> {
  const asked = { params: { path: { credential_id: id } }, body: { reason } };
  if (how === "pause") await api.POST("/api/admin/credentials/{credential_id}/pause", asked);
  else if (how === "resume") await api.POST("/api/admin/credentials/{credential_id}/resume", asked);
  else await api.POST("/api/admin/credentials/{credential_id}/revoke", asked);
}

/** The newest calls of the last seven days with a credential: what would stop with it. */
export function lateCallsQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "calls", "lately", id),
    queryFn: async ({ signal }): Promise<ListedCallRecordShown> => body(await api.GET("/api/admin/call-records", { params: { query: lateCalls(id) }, signal })),
  });
}

/** What would stop with a credential. Nothing is changed. */
export function credentialStopsQuery(id: string, how: "pause" | "revoke") {
  return queryOptions({
    queryKey: key("admin", "credentials", "stops", id, how),
    queryFn: async ({ signal }): Promise<StopsShown> => {
      const asked = { params: { path: { credential_id: id }, query: { dry_run: true } }, body: {}, signal };
      return body(how === "pause" ? await api.POST("/api/admin/credentials/{credential_id}/pause", asked) : await api.POST("/api/admin/credentials/{credential_id}/revoke", asked)) as StopsShown;
    },
    gcTime: 0,
  });
}

/** What a member's calls of this month came to: by model, or day by day. */
export function usageOfQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "usage", "member", id),
    queryFn: async ({ signal }): Promise<ReportShown> =>
      body(await api.GET("/api/admin/usage", { params: { query: { member_id: id, range: "this_month", by: "model", each: "day", top: 20 } }, signal })),
  });
}

/** What administrators did to a member. */
export function changesQuery(id: string) {
  return pagesQuery(
    key("admin", "audit", "member", id),
    async (page, signal): Promise<ListedEventShown> => body(await api.GET("/api/admin/audit", { params: { query: { ...page, target_kind: "member", target_id: id } }, signal })),
    25,
  );
}
