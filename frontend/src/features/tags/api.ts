import { queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import type {
  ApplicationShown,
  ListedMemberOfTagShown,
  ListedTagRuleShown,
  ListedTagOpened,
  MembershipShown,
  PreviewShown,
  RulesMet,
  StopsShown,
  TagChange,
  TagCreate,
  TagRuleCreate,
  TagShown,
} from "@/client/schema.gen";
import { pagesQuery } from "@/lib/pages";
import { key } from "@/lib/writes";

/** Tags by name, a page after another. */
export function tagsQuery(q: string | undefined) {
  return pagesQuery(
    key("admin", "tags", "list", q),
    async (page, signal): Promise<ListedTagOpened> => body(await api.GET("/api/admin/tags", { params: { query: { ...page, ...(q !== undefined && { q }) } }, signal })),
  );
}

/** The members that were given a tag. */
export function membersOfTagQuery(id: string, q: string | undefined) {
  return pagesQuery(
    key("admin", "tags", "members", id, q),
    async (page, signal): Promise<ListedMemberOfTagShown> =>
      body(await api.GET("/api/admin/tags/{tag_id}/members", { params: { path: { tag_id: id }, query: { ...page, ...(q !== undefined && { q }) } }, signal })),
  );
}

/** Makes a tag. */
export async function createTag(given: TagCreate): Promise<TagShown> {
  return body(await api.POST("/api/admin/tags", { body: given }));
}

/** Changes a tag. */
export async function changeTag({ id, change }: { id: string; change: TagChange }): Promise<void> {
  await api.PATCH("/api/admin/tags/{tag_id}", { params: { path: { tag_id: id } }, body: change });
}

/** Who would gain and lose sight of models by a change. Nothing is changed. */
export async function previewTag({ id, change }: { id: string; change: TagChange }): Promise<PreviewShown> {
  return body(await api.PATCH("/api/admin/tags/{tag_id}", { params: { path: { tag_id: id }, query: { dry_run: true } }, body: change })) as PreviewShown;
}

/** What would stop with the tag. Nothing is changed. */
export function tagStopsQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "tags", "stops", id),
    queryFn: async ({ signal }): Promise<StopsShown> =>
      body<StopsShown>(await api.DELETE("/api/admin/tags/{tag_id}", { params: { path: { tag_id: id }, query: { dry_run: true } }, signal })),
    gcTime: 0,
    retry: false,
  });
}

/** Deletes a tag; refused while something uses it. */
export async function deleteTag(id: string): Promise<void> {
  await api.DELETE("/api/admin/tags/{tag_id}", { params: { path: { tag_id: id } } });
}

export interface Tagging {
  id: string;
  how: "give" | "take";
  members: { identifiers: string[] } | { member_ids: string[] };
}

/** Gives members a tag, or takes it from them. */
export async function tagMembers({ id, how, members }: Tagging): Promise<MembershipShown> {
  const asked = { params: { path: { tag_id: id } }, body: members };
  return body(how === "give" ? await api.POST("/api/admin/tags/{tag_id}/members", asked) : await api.POST("/api/admin/tags/{tag_id}/members/remove", asked)) as MembershipShown;
}

/** Who would gain and lose sight of models by it. Nothing is changed. */
export async function previewTagging({ id, how, members }: Tagging): Promise<PreviewShown> {
  const asked = { params: { path: { tag_id: id }, query: { dry_run: true } }, body: members };
  return body(how === "give" ? await api.POST("/api/admin/tags/{tag_id}/members", asked) : await api.POST("/api/admin/tags/{tag_id}/members/remove", asked)) as PreviewShown;
}

/** The rules that give tags at the first sign-in. */
export const rulesQuery = pagesQuery(
  key("admin", "tag-rules"),
  async (page, signal): Promise<ListedTagRuleShown> => body(await api.GET("/api/admin/tag-rules", { params: { query: page }, signal })),
);

/** Makes a rule, or stores another in its place. */
export async function saveRule({ id, rule }: { id: string | null; rule: TagRuleCreate }): Promise<void> {
  if (id === null) await api.POST("/api/admin/tag-rules", { body: rule });
  else await api.PATCH("/api/admin/tag-rules/{rule_id}", { params: { path: { rule_id: id } }, body: rule });
}

/** Deletes a rule. Those who have its tag keep it. */
export async function deleteRule(id: string): Promise<void> {
  await api.DELETE("/api/admin/tag-rules/{rule_id}", { params: { path: { rule_id: id } } });
}

/** Who would gain the rule's tag. Nothing is changed. */
export function applicationQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "tag-rules", "application", id),
    queryFn: async ({ signal }): Promise<ApplicationShown> =>
      body(await api.POST("/api/admin/tag-rules/{rule_id}/apply", { params: { path: { rule_id: id }, query: { dry_run: true } }, signal })),
    gcTime: 0,
  });
}

/** Gives the rule's tag to all members that it means. */
export async function applyRule(id: string): Promise<ApplicationShown> {
  return body(await api.POST("/api/admin/tag-rules/{rule_id}/apply", { params: { path: { rule_id: id } } }));
}

/** Which rules would mean a newcomer. */
export async function tryRules(identifier: string): Promise<RulesMet> {
  return body(await api.POST("/api/admin/tag-rules/test", { body: { identifier } }));
}
