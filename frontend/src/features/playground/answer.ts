import { ApiProblem } from "@/client/problem";

/** Tokens as the provider counted them. */
export interface Usage {
  input: number;
  output: number;
}

/** An answer, as far as it came. `pieces` counts what it came in. */
export interface Answer {
  text: string;
  reasoning: string;
  finish: string | null;
  usage: Usage | null;
  pieces: number;
}

export const NOTHING_YET: Answer = { text: "", reasoning: "", finish: null, usage: null, pieces: 0 };

/** What one chunk of a streamed chat holds, of all that it may: the fields that are shown. */
interface Chunk {
  choices?: { delta?: { content?: unknown; reasoning_content?: unknown; reasoning?: unknown; refusal?: unknown }; finish_reason?: unknown }[];
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null;
}

/** An answer with one more event of its stream. Throws ApiProblem for an event that says why there is no more. */
export function grown(answer: Answer, data: string, requestId: string | null): Answer {
  const chunk = parsed(data);
  if (chunk === null) return answer;
  if ("error" in chunk) throw problemIn(chunk, { status: 0, requestId });
  const { choices, usage } = chunk as Chunk;
  const choice = choices?.[0];
  const text = textOf(choice?.delta?.content) + textOf(choice?.delta?.refusal);
  const reasoning = textOf(choice?.delta?.reasoning_content) || textOf(choice?.delta?.reasoning);
  return {
    text: answer.text + text,
    reasoning: answer.reasoning + reasoning,
    finish: textOf(choice?.finish_reason) || answer.finish,
    usage: usage === null || usage === undefined ? answer.usage : { input: countOf(usage.prompt_tokens), output: countOf(usage.completion_tokens) },
    pieces: answer.pieces + (text !== "" || reasoning !== "" ? 1 : 0),
  };
}

/** The problem that a refusal in OpenAI's words tells of. */
export function problemIn(body: unknown, { status, requestId }: { status: number; requestId: string | null }): ApiProblem {
  const error: unknown = typeof body === "object" && body !== null && "error" in body ? body.error : null;
  const { code, message } = (typeof error === "object" && error !== null ? error : {}) as { code?: unknown; message?: unknown };
  return new ApiProblem({
    code: textOf(code) || "unexpected_answer",
    status,
    detail: textOf(message),
    ...(requestId !== null && { request_id: requestId }),
  });
}

function parsed(data: string): object | null {
  if (data === "[DONE]") return null;
  try {
    const chunk: unknown = JSON.parse(data);
    return typeof chunk === "object" ? chunk : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function countOf(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
