import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, body } from "@/client/client";
import { ApiProblem } from "@/client/problem";
import type { MyCallRecordShown, MyModelShown } from "@/client/schema.gen";
import { dataOf } from "@/lib/event-stream";
import { key } from "@/lib/writes";
import { grown, NOTHING_YET, problemIn, type Answer } from "./answer";
import { keptTokens } from "./tokens";

const FOUND_MAX = 20;
const RECORD_AFTER_MS = 400;
const RECORD_TRIES = 40;

const tokens = keptTokens(async (id) => body(await api.POST("/api/me/credentials/{credential_id}/playground-token", { params: { path: { credential_id: id } } })));

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

interface Call {
  credentialId: string;
  body: Record<string, unknown>;
  signal: AbortSignal;
  /** Told the call's id as soon as the gateway answers, whatever it answers. */
  onCall: (callId: string | null) => void;
}

/** Asks for a chat and tells how its answer grows. Throws ApiProblem, or AbortError where it was stopped. */
export async function chat(call: Call & { onAnswer: (answer: Answer) => void }): Promise<void> {
  const streamed = { ...call.body, stream: true, stream_options: { include_usage: true } };
  const response = await called("/v1/chat/completions", { ...call, body: streamed });
  const requestId = response.headers.get("x-request-id");
  let answer = NOTHING_YET;
  try {
    if (response.body !== null) {
      for await (const data of dataOf(response.body)) {
        answer = grown(answer, data, requestId);
        call.onAnswer(answer);
      }
    }
  } catch (error) {
    throw broken(error);
  }
  if (answer.finish === null) throw cutOff(requestId);
}

/** One vector for each text, in their order. */
export async function embed(call: Call): Promise<number[][]> {
  const response = await called("/v1/embeddings", call);
  const answer = (await response.json()) as { data: { index: number; embedding: number[] }[] };
  return answer.data.toSorted((a, b) => a.index - b.index).map((each) => each.embedding);
}

async function called(path: string, { credentialId, body: given, signal, onCall }: Call): Promise<Response> {
  const send = async () => post(path, { secret: await tokens.of(credentialId), given, signal });
  let response = await send();
  if (response.status === 401) {
    // The token may be gone though its time is not over, as after a rotation. Once more, with a new one.
    tokens.forget(credentialId);
    response = await send();
  }
  onCall(response.headers.get("x-ai-api-call-id"));
  if (response.ok) return response;
  const answered: unknown = await response.json().catch(() => null);
  throw problemIn(answered, { status: response.status, requestId: response.headers.get("x-request-id") });
}

async function post(path: string, { secret, given, signal }: { secret: string; given: Record<string, unknown>; signal: AbortSignal }): Promise<Response> {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { Authorization: `Bearer ${secret}`, "Content-Type": "application/json" },
      body: JSON.stringify(given),
      // The token alone says whose call it is.
      credentials: "omit",
      cache: "no-store",
      signal,
    });
  } catch (error) {
    throw broken(error);
  }
}

function broken(error: unknown): unknown {
  if (error instanceof ApiProblem || (error instanceof DOMException && error.name === "AbortError")) return error;
  return new ApiProblem({ code: "unreachable" });
}

function cutOff(requestId: string | null): ApiProblem {
  return new ApiProblem({ code: "upstream_interrupted", detail: "The answer stopped before its end.", ...(requestId !== null && { request_id: requestId }) });
}
