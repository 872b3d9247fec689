import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type { BulkShown, ListedMemberListed, MemberChange, MemberCreate, MemberListed, MembersBulk, MemberShown, PreviewShown, StopsShown } from "@/client/schema.gen";
import { pagesQuery } from "@/lib/pages";
import { readAll } from "@/lib/read-all";
import { key } from "@/lib/writes";
import type { MEMBER_SORTS } from "./asked";

/** What a list of members is narrowed to. */
export interface MembersAsked {
  q?: string | undefined;
  state?: "active" | "disabled" | undefined;
  role?: "member" | "admin" | "owner" | undefined;
  kind?: "person" | "service" | undefined;
  identity?: "local" | "oidc" | undefined;
  /** The id of a tag that applies to them. */
  tag?: string | undefined;
  unanswered?: "yes" | undefined;
  sort?: (typeof MEMBER_SORTS)[number] | undefined;
}

function narrowed(asked: MembersAsked) {
  return {
    ...(asked.q !== undefined && { q: asked.q }),
    ...(asked.state !== undefined && { status: asked.state }),
    ...(asked.role !== undefined && { role: asked.role }),
    ...(asked.kind !== undefined && { kind: asked.kind }),
    ...(asked.identity !== undefined && { identity: asked.identity }),
    ...(asked.tag !== undefined && { tag_id: asked.tag }),
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
