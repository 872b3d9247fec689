import { ApiProblem } from "@/client/problem";
import { dataOf } from "@/lib/event-stream";
import { grown, NOTHING_YET, problemIn, type Answer } from "./answer";
import { issueToken } from "./api";
import { keptTokens } from "./tokens";

const tokens = keptTokens(issueToken);

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
