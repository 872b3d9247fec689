import { render, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";

import { PricesCard, TokenPrice } from "./prices";

const PRICED = { prices: { in_force_from: "2026-11-01T00:00:00Z", prices: { input_usd: "1.25", output_usd: "10", per_request_usd: "0.002", tiers: [{ above_input_tokens: 200_000, input_usd: "2.5" }] } } };

describe("a model with prices", () => {
  test("is not shown as one without", () => {
    render(<TokenPrice model={PRICED} kind="output" places={2} />);
    expect(screen.getByText("$10.00")).toBeTruthy();
  });

  test("does not keep back what long inputs cost", () => {
    render(<PricesCard model={PRICED} />);
    expect(screen.getByText(/^\$1\.25/)).toBeTruthy();
    expect(screen.getByText(/^\$0\.002/)).toBeTruthy();
    expect(screen.getByText(/^\$2\.50/)).toBeTruthy();
  });
});

test("a model without prices is not shown as free", () => {
  const { container } = render(<TokenPrice model={{ prices: null }} kind="output" places={2} />);
  expect(container.textContent).not.toContain("$");
  expect(container.textContent).toContain("price.none");
});
