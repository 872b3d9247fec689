import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, body, sendWritten } from "@/client/client";
import type {
  BulkShown,
  Explained,
  LinkMade,
  ListedAccessTokenShown,
  ListedCredentialListed,
  ListedEventShown,
  ListedLinkShown,
  ListedMemberSessionShown,
  ListedMemberListed,
  ListedModelListed,
  MemberChange,
  MemberCreate,
  MemberListed,
  MembersBulk,
  MemberShown,
  PreviewShown,
  ReportShown,
  StopsShown,
} from "@/client/schema.gen";
import { pagesQuery } from "@/lib/pages";
import { readAll } from "@/lib/read-all";
import { together } from "@/lib/together";
import { key } from "@/lib/writes";
import type { MEMBER_SORTS } from "./asked";
import type { Repair } from "./repairs";

/** What a list of members is narrowed to. */
export interface MembersAsked {
  q?: string | undefined;
  state?: "active" | "disabled" | undefined;
  role?: "member" | "admin" | "owner" | undefined;
  kind?: "person" | "service" | undefined;
  unanswered?: "yes" | undefined;
  sort?: (typeof MEMBER_SORTS)[number] | undefined;
}

function narrowed(asked: MembersAsked) {
  return {
    ...(asked.q !== undefined && { q: asked.q }),
    ...(asked.state !== undefined && { status: asked.state }),
    ...(asked.role !== undefined && { role: asked.role }),
    ...(asked.kind !== undefined && { kind: asked.kind }),
    ...(asked.unanswered !== undefined && { unanswered: true }),
    ...(asked.sort !== undefined && { sort: asked.sort }),
  };
}

/** Every member that matches, as far as one write can change them. */
export function readMembers(asked: MembersAsked): Promise<MemberListed[]> {
  const query = narrowed(asked);
  return readAll(async (page): Promise<ListedMemberListed> => body(await api.GET("/api/admin/members", { params: { query: { ...query, ...page } } })));
}

/** The members, the newest first unless sorted otherwise, a page after another; the month is one of `zone`. */
export function membersQuery(asked: MembersAsked, zone: string) {
  const query = { ...narrowed(asked), zone };
  return pagesQuery(
    key("admin", "members", "list", query),
    async (page, signal): Promise<ListedMemberListed> => body(await api.GET("/api/admin/members", { params: { query: { ...query, ...page } }, signal })),
  );
}

/** What would become of a list of people, line by line. Nobody is made. */
export function bulkPreviewQuery(given: MembersBulk | null) {
  return queryOptions({
    queryKey: key("admin", "members", "bulk", given),
    queryFn: async ({ signal }): Promise<BulkShown> => body(await api.POST("/api/admin/members/bulk", { params: { query: { dry_run: true } }, body: given ?? {}, signal })),
    enabled: given !== null,
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  });
}

/** Makes the members of a list, and invites them where asked for. */
export async function createMembers(given: MembersBulk): Promise<BulkShown> {
  return body(await api.POST("/api/admin/members/bulk", { body: given }));
}

/** Makes one member: a person, or a service account with somebody who answers for it. */
export async function createMember(given: MemberCreate): Promise<MemberShown> {
  return body(await api.POST("/api/admin/members", { body: given }));
}

/** Changes a member. */
export async function changeMember({ id, change }: { id: string; change: MemberChange }): Promise<void> {
  await api.PATCH("/api/admin/members/{member_id}", { params: { path: { member_id: id } }, body: change });
}

export type Ending = "disable" | "delete";

/** Disables a member, or deletes them. Records stay. */
export async function endMember({ id, how, services }: { id: string; how: Ending; services: "keep" | "disable" | null }): Promise<void> {
  const params = { path: { member_id: id } };
  if (how === "disable") await api.POST("/api/admin/members/{member_id}/disable", { params, body: { service_accounts: services } });
  else await api.DELETE("/api/admin/members/{member_id}", { params });
}

/** What would stop with the member. Nothing is changed. */
export async function readEnding(id: string, how: Ending): Promise<StopsShown> {
  const params = { path: { member_id: id }, query: { dry_run: true } };
  const answer = how === "disable" ? await api.POST("/api/admin/members/{member_id}/disable", { params, body: { service_accounts: "keep" } }) : await api.DELETE("/api/admin/members/{member_id}", { params });
  return body(answer) as StopsShown;
}

/** The same as a question. */
export function endingQuery(id: string, how: Ending) {
  return queryOptions({ queryKey: key("admin", "members", "stops", id, how), queryFn: () => readEnding(id, how), gcTime: 0, retry: false });
}

/** Lets a disabled member in again. */
export async function enableMember(id: string): Promise<void> {
  await api.POST("/api/admin/members/{member_id}/enable", { params: { path: { member_id: id } } });
}

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

/** The models that are offered, a few at a time: each is asked for whether the member can call it. */
export function offeredQuery(q: string | undefined) {
  return pagesQuery(
    key("admin", "models", "offered", q),
    async (page, signal): Promise<ListedModelListed> => body(await api.GET("/api/admin/models", { params: { query: { ...page, status: "active", ...(q !== undefined && { q }) } }, signal })),
    15,
  );
}

/** Why a member can or cannot call a model, with any credential or with one. */
export function explainQuery(member: string, model: string, credential: string | undefined) {
  return queryOptions({
    queryKey: key("admin", "explain", member, model, credential),
    queryFn: async ({ signal }): Promise<Explained> =>
      body(await api.GET("/api/admin/explain", { params: { query: { member_id: member, model, ...(credential !== undefined && { credential_id: credential }) } }, signal })),
  });
}

const MODELS_AT_ONCE = 20;

// One question for each member whose models are shown; the page of another has another.
const explaining = new Map<string, (model: string) => Promise<Explained | null>>();

function explainingOf(member: string) {
  const known =
    explaining.get(member) ??
    together(async (models: string[]) => {
      const { items } = body(await api.GET("/api/admin/explain/models", { params: { query: { member_id: member, models: models.join(",") } } }));
      return new Map(models.map((model, index) => [model, items[index] as Explained]));
    }, MODELS_AT_ONCE);
  explaining.set(member, known);
  return known;
}

/** The same for a row of a list: all models of a page are one question. What each credential of the member could call is left out. */
export function explainRowQuery(member: string, model: string) {
  return queryOptions({ queryKey: key("admin", "explain", "row", member, model), queryFn: async (): Promise<Explained | null> => explainingOf(member)(model) });
}

/** Does what a repair says. */
export async function mend(repair: Repair): Promise<void> {
  await sendWritten({ method: repair.method ?? "GET", path: repair.path ?? "", body: repair.body });
}

/** Whom a change of rights would let see models, and whom not. Nothing is changed. */
export function effectQuery(repair: Repair) {
  return queryOptions({
    queryKey: key("admin", "explain", "effect", repair),
    queryFn: async ({ signal }): Promise<PreviewShown> =>
      (await sendWritten({ method: repair.method ?? "GET", path: `${repair.path}?dry_run=true`, body: repair.body }, signal)) as PreviewShown,
    gcTime: 0,
  });
}

interface TagGiven {
  tag: string;
  how: "give" | "take";
  members: string[];
}

/** Gives members a tag, or takes it from them. */
export async function tagMember({ tag, how, members }: TagGiven): Promise<void> {
  const asked = { params: { path: { tag_id: tag } }, body: { member_ids: members } };
  if (how === "give") await api.POST("/api/admin/tags/{tag_id}/members", asked);
  else await api.POST("/api/admin/tags/{tag_id}/members/remove", asked);
}

/** Who would gain and lose sight of models by it. Nothing is changed. */
export async function previewTagOf({ tag, how, members }: TagGiven): Promise<PreviewShown> {
  const asked = { params: { path: { tag_id: tag }, query: { dry_run: true } }, body: { member_ids: members } };
  return body(how === "give" ? await api.POST("/api/admin/tags/{tag_id}/members", asked) : await api.POST("/api/admin/tags/{tag_id}/members/remove", asked)) as PreviewShown;
}
