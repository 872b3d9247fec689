import createClient from "openapi-fetch";

import { ApiProblem, problemOf } from "./problem";
import type { paths } from "./schema.gen";

declare global {
  interface Window {
    /** GET /api/me, as index.html asked it; gone once it was read. */
    askedMe?: Promise<Response>;
  }
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** What the page around the client can do about a refusal: sign in again, or prove who is there. True: try once more. */
export interface Doorkeeper {
  signInAgain(): Promise<boolean>;
  prove(): Promise<boolean>;
}

let csrfToken: string | null = null;
let doorkeeper: Doorkeeper | null = null;

/** What the session's unsafe requests send from now on; null for nobody. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Who is asked when a session is over or has to be proved; null for nobody, and then the refusal is thrown at once. */
export function setDoorkeeper(keeper: Doorkeeper | null): void {
  doorkeeper = keeper;
}

/** The portal's API. Every answer that is no success is thrown as an ApiProblem, so `data` is always there. */
export const api = createClient<paths>({ baseUrl: "/", fetch: ask });

async function ask(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await send(request);
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (await mended(problem, new URL(request.url).pathname)) {
    const second = await send(again);
    if (second.ok) return second;
    throw await problemOf(second);
  }
  throw problem;
}

async function send(request: Request): Promise<Response> {
  if (csrfToken !== null && !SAFE.has(request.method)) request.headers.set("X-CSRF-Token", csrfToken);
  try {
    return await (askedBefore(request) ?? fetch(request));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiProblem({ code: "unreachable" });
  }
}

/** What index.html asked before this program was there, for the first who asks the same. */
export function askedBefore(request: Request): Promise<Response> | undefined {
  const asked = window.askedMe;
  if (asked === undefined || request.method !== "GET" || new URL(request.url).pathname !== "/api/me") return undefined;
  delete window.askedMe;
  return asked;
}

async function mended(problem: ApiProblem, path: string): Promise<boolean> {
  // What signing in itself is refused for is for its own page to say.
  if (doorkeeper === null || path.startsWith("/api/auth/")) return false;
  if (problem.status === 401) return doorkeeper.signInAgain();
  if (problem.code === "proof_needed") return doorkeeper.prove();
  return false;
}

/** The body of an answer. Throws where a success came without one, which the API's description rules out. */
export function body<T>(answer: { data?: T }): T {
  if (answer.data === undefined) throw new ApiProblem({ code: "unexpected_answer" });
  return answer.data;
}

/** A request as the API itself wrote it down, such as a repair. What it answers with, null where that is nothing. */
export async function sendWritten(written: { method: string; path: string; body: unknown }, signal?: AbortSignal): Promise<unknown> {
  const hasBody = written.body !== null && written.body !== undefined;
  const request = new Request(new URL(written.path, location.origin), {
    method: written.method,
    ...(hasBody && { body: JSON.stringify(written.body), headers: { "Content-Type": "application/json" } }),
    ...(signal !== undefined && { signal }),
  });
  const response = await ask(request);
  return response.status === 204 ? null : response.json();
}
