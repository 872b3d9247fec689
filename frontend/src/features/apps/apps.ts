import type { MyModelShown } from "@/client/schema.gen";

type Operation = MyModelShown["operations"][number];

/** A tool that calls the gateway. `line` where one line sets it up, `file` where a configuration is written, `code` where it is called by code. */
export interface App {
  id: string;
  /** What it is called, in every language. */
  name: string;
  way: "line" | "file" | "code";
  /** A model with one of these works with it. */
  operations: readonly Operation[];
  /** The vendor whose models it was made for. */
  vendor?: string;
}

const ANY: readonly Operation[] = ["responses", "chat", "embeddings"];

/** The tools that the portal knows how to set up, in their order. */
export const APPS = [
  { id: "codex", name: "Codex", way: "line", operations: ["responses", "chat"], vendor: "openai" },
  { id: "claude-code", name: "Claude Code", way: "line", operations: ["chat"], vendor: "anthropic" },
  { id: "gemini-cli", name: "Gemini CLI", way: "line", operations: ["chat"], vendor: "gemini" },
  { id: "opencode", name: "opencode", way: "line", operations: ["chat"] },
  { id: "copilot", name: "GitHub Copilot", way: "file", operations: ["chat"] },
  { id: "continue", name: "Continue", way: "file", operations: ["chat"] },
  { id: "open-webui", name: "Open WebUI", way: "file", operations: ["chat"] },
  { id: "python", name: "Python", way: "code", operations: ANY },
  { id: "javascript", name: "JavaScript", way: "code", operations: ANY },
  { id: "curl", name: "curl", way: "code", operations: ANY },
] as const satisfies readonly App[];

export type AppId = (typeof APPS)[number]["id"];

/** The app of a name in an address. */
export function appOf(id: string): (App & { id: AppId }) | undefined {
  return APPS.find((each) => each.id === id);
}

type Model = Pick<MyModelShown, "slug" | "operations" | "allocation" | "claimable">;

/** Models that an app works with and that can be called now: those of its own vendor first, then in their order. */
export function fittingOf<Fit extends Model>(app: App, models: readonly Fit[]): Fit[] {
  const fitting = models.filter((model) => model.allocation?.state === "active" && works(app, model));
  const isOwn = (model: Fit) => app.vendor !== undefined && model.slug.startsWith(`${app.vendor}/`);
  return [...fitting.filter(isOwn), ...fitting.filter((model) => !isOwn(model))];
}

/** Models that a credential can call: those of its allocations, or of all where it names none. */
export function reachedBy<Reached extends { allocation: { id: string } | null }>(credential: { allocation_ids: readonly string[] | null }, models: readonly Reached[]): Reached[] {
  const scope = credential.allocation_ids;
  return models.filter(({ allocation }) => allocation !== null && (scope === null || scope.includes(allocation.id)));
}

/** How many models of the member's an app works with, and whether they could claim one. */
export function fitOf(app: App, models: readonly Model[]): { mine: number; isClaimable: boolean } {
  return {
    mine: fittingOf(app, models).length,
    isClaimable: models.some((model) => model.allocation === null && model.claimable && works(app, model)),
  };
}

function works(app: App, model: Model): boolean {
  return model.operations.some((operation) => app.operations.includes(operation));
}
