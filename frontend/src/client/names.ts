import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { together } from "@/lib/together";
import { key } from "@/lib/writes";
import { api, body } from "./client";
import type { ListedModelListed, MemberOpened, MemberShown, ModelListed, TagOpened, TagShown } from "./schema.gen";

// What the ids in administrators' lists are called. Names change seldom, and every list needs them.
const FRESH_MS = 60_000;
const FOUND_MAX = 8;
const IDS_MAX = 100;

const membersNamed = together(async (ids: string[]) => {
  const page = body(await api.GET("/api/admin/members", { params: { query: { ids: ids.join(","), limit: IDS_MAX } } }));
  return new Map(page.items.map((member) => [member.id, member]));
}, IDS_MAX);

/** What a member is called, for a row of a list; null of one who is gone. All names of a page are one question. */
export function memberNameQuery(id: string) {
  return queryOptions({ queryKey: key("admin", "members", "name", id), queryFn: async () => membersNamed(id), staleTime: FRESH_MS });
}

/** A member by id. */
export function memberQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "members", "one", id),
    queryFn: async ({ signal }): Promise<MemberOpened> => body(await api.GET("/api/admin/members/{member_id}", { params: { path: { member_id: id } }, signal })),
    staleTime: FRESH_MS,
  });
}

/** The first members that are called so; the newest where nothing is asked. */
export function membersCalledQuery(q: string) {
  return queryOptions({
    queryKey: key("admin", "members", "called", q),
    queryFn: async ({ signal }): Promise<MemberShown[]> =>
      body(await api.GET("/api/admin/members", { params: { query: { limit: FOUND_MAX, ...(q !== "" && { q }) } }, signal })).items,
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
}

/** The first models that are called so, archived ones left out. */
export function modelsCalledQuery(q: string) {
  return queryOptions({
    queryKey: key("admin", "models", "called", q),
    queryFn: async ({ signal }): Promise<ModelListed[]> =>
      body(await api.GET("/api/admin/models", { params: { query: { limit: FOUND_MAX, status: "active", ...(q !== "" && { q }) } }, signal })).items,
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
}

/** All models, archived ones too: a catalog is short, and lists of rights name them by id. */
export const modelNamesQuery = queryOptions({
  queryKey: key("admin", "models", "names"),
  queryFn: async ({ signal }): Promise<Map<string, ModelListed>> => {
    const named = new Map<string, ModelListed>();
    let cursor: string | null = null;
    do {
      const page: ListedModelListed = body(await api.GET("/api/admin/models", { params: { query: { limit: 200, ...(cursor !== null && { cursor }) } }, signal }));
      for (const model of page.items) named.set(model.id, model);
      cursor = page.next;
    } while (cursor !== null);
    return named;
  },
  staleTime: FRESH_MS,
});

/** The first tags that are called so. */
export function tagsCalledQuery(q: string) {
  return queryOptions({
    queryKey: key("admin", "tags", "called", q),
    queryFn: async ({ signal }): Promise<TagShown[]> =>
      body(await api.GET("/api/admin/tags", { params: { query: { limit: FOUND_MAX, ...(q !== "" && { q }) } }, signal })).items,
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
}

/** A tag by id. */
export function tagQuery(id: string) {
  return queryOptions({
    queryKey: key("admin", "tags", "one", id),
    queryFn: async ({ signal }): Promise<TagOpened> => body(await api.GET("/api/admin/tags/{tag_id}", { params: { path: { tag_id: id } }, signal })),
    staleTime: FRESH_MS,
  });
}
