import { render } from "@testing-library/react";
import { expect, test } from "vitest";

import type { ProviderKeyListed } from "@/client/schema.gen";
import { LastSuccess } from "./at-work";
import { KeyState, StateNote } from "./key-state";

function textOf(shown: React.ReactElement): string {
  return render(shown).container.textContent;
}

test("a key that does not work has no reason beside it", () => {
  const note = (state: ProviderKeyListed["state"], flagged: string | null = null) => textOf(<StateNote shown={{ state, flagged_code: flagged }} />);
  expect(note("refused", "upstream_auth")).toMatch(/^flagged.*upstream_auth$/);
  expect(note("unreachable")).toBe("unreachable");
  for (const state of ["working", "not_tested", "disabled"] as const) expect(note(state)).toBe("");
});

test("a state has no word of its own", () => {
  const words = (["working", "not_tested", "refused", "unreachable", "disabled"] as const).map((state) => textOf(<KeyState shown={{ state }} />));
  expect(new Set(words).size).toBe(5);
});

test("a key that never served looks as if somebody knew when", () => {
  expect(textOf(<LastSuccess at={null} />)).toBe("no_success");
  expect(render(<LastSuccess at="2026-11-22T14:30:00Z" />).container.querySelector("time")?.dateTime).toBe("2026-11-22T14:30:00Z");
});
