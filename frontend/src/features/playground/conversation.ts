import type { ApiProblem } from "@/client/problem";
import type { Answer, Usage } from "./answer";

/** What was asked: words, and pictures as `data:` addresses. */
export interface Question {
  text: string;
  pictures: readonly string[];
}

/** A question with its answer, as far as it is there. `callId` names its record, where the gateway took it as a call. */
export interface Turn {
  id: number;
  model: string;
  question: Question;
  answer: Answer;
  state: "answering" | "done" | "stopped" | "failed";
  problem: ApiProblem | null;
  callId: string | null;
  startedMs: number;
  tookMs: number | null;
}

/** What is sent beside the messages. What is null is not sent: the model then does as it does. */
export interface Parameters {
  system: string;
  temperature: number | null;
  outputTokensMax: number | null;
  effort: Effort | null;
}

export const EFFORTS = ["low", "medium", "high"] as const;
export type Effort = (typeof EFFORTS)[number];

export const AS_THE_MODEL_DOES: Parameters = { system: "", temperature: null, outputTokensMax: null, effort: null };

type Content = string | ({ type: "text"; text: string } | { type: "image_url"; image_url: { url: string } })[];

interface Message {
  role: "system" | "user" | "assistant";
  content: Content;
}

/** The body of a call beside the model's name, for a question after these turns. Turns without an answer are left out. */
export function askedOf(turns: readonly Turn[], question: Question | null, parameters: Parameters): Record<string, unknown> {
  const messages: Message[] = [];
  if (parameters.system.trim() !== "") messages.push({ role: "system", content: parameters.system });
  for (const turn of turns) {
    if (turn.answer.text === "") continue;
    messages.push({ role: "user", content: contentOf(turn.question) }, { role: "assistant", content: turn.answer.text });
  }
  if (question !== null) messages.push({ role: "user", content: contentOf(question) });
  return {
    messages,
    ...(parameters.temperature !== null && { temperature: parameters.temperature }),
    ...(parameters.outputTokensMax !== null && { max_completion_tokens: parameters.outputTokensMax }),
    ...(parameters.effort !== null && { reasoning_effort: parameters.effort }),
  };
}

function contentOf({ text, pictures }: Question): Content {
  if (pictures.length === 0) return text;
  return [{ type: "text", text }, ...pictures.map((url) => ({ type: "image_url" as const, image_url: { url } }))];
}

/** The same with the bytes of pictures left out, which nobody reads in code. */
export function withoutBytes(asked: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(asked, (name, value: unknown) => (name === "url" && typeof value === "string" ? value.replace(/^(data:[^,]*,).+$/s, "$1…") : value))) as Record<string, unknown>;
}

/** What a call was billed, of its record. */
export interface Billed {
  input_tokens: number;
  output_tokens: number;
  billed_cost_usd: string | null;
}

/** What a conversation used so far. Calls whose record is not there yet count by the usage of their answer, and in no cost. */
export interface Totals {
  calls: number;
  input: number;
  output: number;
  /** The amounts that are known, one for each call. */
  costs: readonly string[];
  unpriced: number;
  waiting: number;
}

/** A call of the conversation, and what its answer said of its tokens. */
export interface Counted {
  callId: string | null;
  usage: Usage | null;
}

/** The totals of calls; `recordOf` says what is recorded of one. What the gateway never took as a call does not count. */
export function totalsOf(calls: readonly Counted[], recordOf: (callId: string) => Billed | undefined): Totals {
  const totals = { calls: 0, input: 0, output: 0, costs: [] as string[], unpriced: 0, waiting: 0 };
  for (const call of calls) {
    if (call.callId === null) continue;
    totals.calls += 1;
    const record = recordOf(call.callId);
    totals.input += record?.input_tokens ?? call.usage?.input ?? 0;
    totals.output += record?.output_tokens ?? call.usage?.output ?? 0;
    if (record === undefined) totals.waiting += 1;
    else if (record.billed_cost_usd === null) totals.unpriced += 1;
    else totals.costs.push(record.billed_cost_usd);
  }
  return totals;
}
