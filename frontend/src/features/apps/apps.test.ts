import { describe, expect, it } from "vitest";

import { appOf, APPS, fitOf, fittingOf, reachedBy } from "./apps";
import { filled } from "./filled";
import { GUIDES, INSTALL_LINES, TESTED } from "./guides.gen";

type Models = Parameters<typeof fitOf>[1];

const active = { id: "a", state: "active", state_reason: "", paused_by: null } as const;
const MODELS: Models = [
  { slug: "openai/gpt", operations: ["chat", "responses"], allocation: active, claimable: false },
  { slug: "anthropic/opus", operations: ["chat"], allocation: active, claimable: false },
  { slug: "openai/embed", operations: ["embeddings"], allocation: active, claimable: false },
  { slug: "gemini/pro", operations: ["chat"], allocation: { ...active, state: "paused" }, claimable: false },
];
const SMALL = { slug: "local/small", display_name: "Small: \"1\"", capabilities: { vision: true }, context_tokens: 8_192, output_tokens_max: 2_048 };

function app(id: string) {
  const found = appOf(id);
  if (found === undefined) throw new Error(id);
  return found;
}

describe("whether a model fits an app", () => {
  it("is by what the model does; its own vendor's come first, and what is paused does not count", () => {
    expect(fittingOf(app("claude-code"), MODELS).map((model) => model.slug)).toEqual(["anthropic/opus", "openai/gpt"]);
    expect(fitOf(app("gemini-cli"), MODELS)).toEqual({ mine: 2, isClaimable: false });
    expect(fitOf(app("python"), MODELS)).toEqual({ mine: 3, isClaimable: false });
  });

  it("may be claimed", () => {
    expect(fitOf(app("codex"), [{ slug: "x/y", operations: ["chat"], allocation: null, claimable: true }])).toEqual({ mine: 0, isClaimable: true });
    expect(fitOf(app("codex"), [{ slug: "x/y", operations: ["embeddings"], allocation: null, claimable: true }])).toEqual({ mine: 0, isClaimable: false });
  });
});

describe("what a credential reaches", () => {
  it("is what its scope names, or all that the member has", () => {
    const [one, two] = [{ slug: "a", allocation: { id: "1" } }, { slug: "b", allocation: { id: "2" } }];
    const models = [one, two, { slug: "c", allocation: null }];
    expect(reachedBy({ allocation_ids: null }, models)).toEqual([one, two]);
    expect(reachedBy({ allocation_ids: ["2"] }, models)).toEqual([two]);
    expect(reachedBy({ allocation_ids: [] }, models)).toEqual([]);
  });
});

describe("a configuration", () => {
  it.each(Object.entries(GUIDES).flatMap(([id, steps]) => steps.map((step, at) => [`${id} ${at}`, step.text] as const)))("of %s is filled in whole", (_, text) => {
    const whole = filled(text, { origin: "https://ai.example.org", secret: "sk-1", model: SMALL });
    expect(whole).not.toMatch(/\{\{[a-z]|127\.0\.0\.1|http:\/\/host\.docker|sk-aiapi|gpt-5|claude-sonnet|gemini-2/);
  });

  it("that is JSON is JSON, whatever the model is called", () => {
    for (const text of [GUIDES.opencode[0].text, GUIDES.copilot[1].text]) expect(() => JSON.parse(filled(text, { origin: "https://a", secret: null, model: SMALL })) as unknown).not.toThrow();
    expect(filled(GUIDES.copilot[1].text, { origin: "https://a", secret: null, model: SMALL })).toContain('"maxInputTokens": 6144');
  });

  it("reaches a gateway on this machine from a container", () => {
    const docker = GUIDES["open-webui"][1].text;
    expect(filled(docker, { origin: "http://127.0.0.1:8080", secret: null, model: null })).toContain("http://host.docker.internal:8080/v1");
    expect(filled(docker, { origin: "https://localhost.example.org", secret: null, model: null })).toContain("https://localhost.example.org/v1");
  });

  it("keeps what only looks like something to fill in, and says where the secret goes", () => {
    expect(filled(GUIDES.continue[0].text, { origin: "https://a", secret: null, model: SMALL })).toContain("apiKey: ${{ secrets.AI_API_KEY }}");
    expect(filled(GUIDES.continue[1].text, { origin: "https://a", secret: null, model: null })).toBe("AI_API_KEY=sk-aiapi-…");
  });
});

describe("what the portal knows of apps", () => {
  it("is all of it: a guide for each that has a file, a line for each that is set up by one", () => {
    const known = [...Object.keys(GUIDES), "python", "javascript", "curl"].toSorted();
    expect(APPS.map((each) => each.id as string).toSorted()).toEqual(known);
    expect(Object.keys(INSTALL_LINES).toSorted()).toEqual(APPS.filter((each) => each.way === "line").map((each) => each.id).toSorted());
    for (const lines of Object.values(INSTALL_LINES)) for (const { install, undo } of lines) expect(undo).not.toBe(install);
    for (const id of Object.keys(TESTED.versions)) expect(appOf(id)).toBeDefined();
  });
});
