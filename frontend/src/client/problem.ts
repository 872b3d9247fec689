import type { Problem } from "./schema.gen";

/** A field of what was sent, and what is wrong with it, in the server's own English. */
export interface FieldFault {
  field: string;
  code: string;
  detail: string;
}

/** A refusal of the API, or a request that never came back: `code` is stable, `detail` is the server's English sentence. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string | null;
  readonly fields: readonly FieldFault[];
  readonly details: Readonly<Record<string, unknown>>;
  /** How long to wait before trying again, where the server said so. */
  readonly retryAfterS: number | null;

  constructor(given: Partial<Problem> & { code: string }, retryAfterS: number | null = null) {
    super(given.detail ?? given.code);
    this.name = "ApiProblem";
    this.code = given.code;
    this.status = given.status ?? 0;
    this.detail = given.detail ?? "";
    this.requestId = given.request_id ?? null;
    this.fields = given.errors ?? [];
    this.details = given.details ?? {};
    this.retryAfterS = retryAfterS;
  }
}

/** The problem that an unsuccessful answer tells of, whatever stands between us and the gateway. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const wait = Number(response.headers.get("retry-after"));
  const retryAfterS = Number.isFinite(wait) && wait > 0 ? wait : null;
  const requestId = response.headers.get("x-request-id") ?? undefined;
  try {
    const given: unknown = await response.clone().json();
    if (isProblem(given)) return new ApiProblem(given, retryAfterS);
  } catch {
    // Not JSON: a proxy's own page. Its status is all there is to tell.
  }
  return new ApiProblem({ code: "unexpected_answer", status: response.status, request_id: requestId }, retryAfterS);
}

function isProblem(given: unknown): given is Problem {
  return typeof given === "object" && given !== null && "code" in given && typeof given.code === "string";
}
