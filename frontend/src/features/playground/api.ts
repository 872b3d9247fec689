import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import { ApiProblem } from "@/client/problem";
import type { MyCallRecordShown, MyModelShown, PlaygroundTokenMade } from "@/client/schema.gen";
import { key } from "@/lib/writes";

const FOUND_MAX = 20;
const RECORD_AFTER_MS = 400;
const RECORD_TRIES = 40;

/** A secret that calls in a credential's name, for a quarter of an hour. */
export async function issueToken(credentialId: string): Promise<PlaygroundTokenMade> {
  return body(await api.POST("/api/me/credentials/{credential_id}/playground-token", { params: { path: { credential_id: credentialId } } }));
}

/** The models that are called so and that the member may call: those they have before those they could claim. */
export function callableQuery(q: string) {
  return queryOptions({
    queryKey: key("models", "callable", q),
    queryFn: async ({ signal }): Promise<MyModelShown[]> => {
      const found = await Promise.all(
        (["granted", "claimable"] as const).map(async (access) =>
          body(await api.GET("/api/me/models", { params: { query: { access, limit: FOUND_MAX, ...(q !== "" && { q }) } }, signal })),
        ),
      );
      return found.flatMap((page) => page.items);
    },
    placeholderData: keepPreviousData,
  });
}

/** The model to begin with: one for chats that the member has, else whatever they may call; null where there is none. */
export const firstModelQuery = queryOptions({
  queryKey: key("models", "callable", "first"),
  queryFn: async ({ signal }): Promise<string | null> => {
    const has = { access: "granted", limit: 1 } as const;
    for (const query of [{ ...has, operation: "chat" as const }, has, { ...has, access: "claimable" as const }]) {
      const [model] = body(await api.GET("/api/me/models", { params: { query }, signal })).items;
      if (model !== undefined) return model.slug;
    }
    return null;
  },
});

/** The record of a call, as soon as it is written: that is after the answer. */
export function recordQuery(callId: string) {
  return queryOptions({
    queryKey: key("calls", "one", callId),
    queryFn: async ({ signal }): Promise<MyCallRecordShown> =>
      body(await api.GET("/api/me/call-records/{call_id}", { params: { path: { call_id: callId } }, signal })),
    staleTime: Infinity,
    retry: (failures, error) => error instanceof ApiProblem && error.status === 404 && failures < RECORD_TRIES,
    retryDelay: RECORD_AFTER_MS,
  });
}
