import { describe, expect, it } from "vitest";

import { keptTokens } from "./tokens";

function scene() {
  const clock = { ms: 0 };
  const issued: string[] = [];
  const tokens = keptTokens(
    (id) => {
      issued.push(id);
      return Promise.resolve({ secret: `${id}-${issued.length}`, expires_at: new Date(clock.ms + 900_000).toISOString() });
    },
    () => clock.ms,
  );
  return { clock, issued, tokens };
}

describe("the playground's tokens", () => {
  it("are asked for once, however many want one at the same time", async () => {
    const { tokens, issued } = scene();
    expect(await Promise.all([tokens.of("a"), tokens.of("a"), tokens.of("b")])).toEqual(["a-1", "a-1", "b-2"]);
    expect(await tokens.of("a")).toBe("a-1");
    expect(issued).toEqual(["a", "b"]);
  });

  it("are renewed before they end, and where the gateway knows one no more", async () => {
    const { tokens, clock } = scene();
    await tokens.of("a");
    clock.ms = 839_000;
    expect(await tokens.of("a")).toBe("a-1");
    clock.ms = 841_000;
    expect(await tokens.of("a")).toBe("a-2");
    tokens.forget("a");
    expect(await tokens.of("a")).toBe("a-3");
  });

  it("are asked for again after a refusal", async () => {
    let isRefused = true;
    const tokens = keptTokens(() => (isRefused ? Promise.reject(new Error("refused")) : Promise.resolve({ secret: "s", expires_at: new Date(Date.now() + 900_000).toISOString() })));
    await expect(tokens.of("a")).rejects.toThrow("refused");
    isRefused = false;
    expect(await tokens.of("a")).toBe("s");
  });
});
