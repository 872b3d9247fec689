import { render } from "@testing-library/react";
import { describe, expect, test } from "vitest";

import type { ModelListed } from "@/client/schema.gen";
import { ModelState, NotServed, PriceInShort, RoutesInShort, servingOf, WhoSees } from "./at-work";
import { RouteHealth } from "./route-health";

type Route = ModelListed["routes"][number];

function route(health: Route["health"], at: number): Route {
  return { id: `route-${at}`, provider_key_id: "key", provider_key: `key ${at}`, health, cooling_until: health === "cooling" ? "2026-11-22T14:32:07Z" : null };
}

function textOf(shown: React.ReactElement): string {
  return render(shown).container.textContent;
}

describe("a price in short", () => {
  const priced = (prices: Record<string, string>) => textOf(<PriceInShort prices={{ in_force_from: "2026-11-01T00:00:00Z", prices }} />);

  test("is not left out where a model has none for tokens", () => {
    expect(priced({ per_request_usd: "0.002" })).toContain("$0.002");
    expect(priced({ input_usd: "1.25", cached_read_usd: "0.1", output_usd: "10" })).toMatch(/\$1\.25.*\$10\.00/);
  });

  test("of nobody knows what is not shown as free", () => {
    const text = textOf(<PriceInShort prices={null} />);
    expect(text).not.toContain("$");
    expect(text).toContain("no_price");
  });
});

describe("routes in short", () => {
  test("do not hide how many more there are", () => {
    const routes = ["healthy", "standby", "standby", "standby", "disabled"].map((health, at) => route(health as Route["health"], at));
    const text = textOf(<RoutesInShort model={{ routes, routes_count: 9 }} />);
    expect(text).toContain("key 1");
    expect(text).not.toContain("key 2");
    expect(text).toContain("routes_more");
    expect(textOf(<RoutesInShort model={{ routes: routes.slice(0, 2), routes_count: 2 }} />)).not.toContain("routes_more");
  });

  test("say until when one is left alone", () => {
    const { container } = render(<RoutesInShort model={{ routes: [route("cooling", 0)], routes_count: 1 }} />);
    expect(container.querySelector("time")?.dateTime).toBe("2026-11-22T14:32:07Z");
  });
});

test("a route that failed does not say since when, why, or that one call will try it", () => {
  const cooling = { code: "upstream_timeout", turn: 3, since: "2026-11-22T14:30:07Z", until: "2026-11-22T14:32:07Z" };
  expect(textOf(<RouteHealth health="cooling" cooling={cooling} />)).toMatch(/cooling\.span.*upstream_timeout.*cooling\.turn/);
  expect(textOf(<RouteHealth health="cooling" cooling={{ ...cooling, since: null, turn: 1 }} />)).toMatch(/cooling\.until.*upstream_timeout$/);
  expect(textOf(<RouteHealth health="probing" cooling={cooling} />)).toContain("cooling.probe");
  expect(textOf(<RouteHealth health="disabled" cooling={cooling} />)).not.toContain("upstream_timeout");
});

test("a model that nothing serves is not said to be published", () => {
  const model = { status: "active", access: "open" } as const;
  expect(textOf(<ModelState model={{ ...model, routes: [] }} />)).toContain("state.model.no_route");
  expect(textOf(<ModelState model={{ ...model, routes: [route("disabled", 0)] }} />)).toContain("state.model.no_route");
  expect(textOf(<ModelState model={{ ...model, routes: [route("cooling", 0), route("disabled", 1)] }} />)).toContain("state.model.active");
  expect(textOf(<ModelState model={{ ...model, status: "archived", routes: [] }} />)).toContain("state.model.archived");
});

test("a model whose routes all fail is said to be published, and nothing else", () => {
  const model = { status: "active", access: "restricted" } as const;
  const failing = [route("cooling", 0), route("probing", 1), route("disabled", 2)];
  expect(servingOf(failing)).toBe("failing");
  expect(servingOf([...failing, route("standby", 3)])).toBe("works");
  expect(servingOf([route("disabled", 0)])).toBe("none");
  expect(textOf(<ModelState model={{ ...model, routes: failing, routes_count: 3 }} />)).toBe("state.model.restrictedstate.model.no_route_works");
  // One of those that are not here may be well.
  expect(textOf(<ModelState model={{ ...model, routes: failing, routes_count: 9 }} />)).toBe("state.model.restricted");
  expect(textOf(<NotServed routes={failing} />)).toBe("state.model.no_route_works");
  expect(textOf(<NotServed routes={[]} />)).toBe("state.model.no_route");
  expect(textOf(<NotServed routes={[route("healthy", 0), ...failing]} />)).toBe("");
});

test("who sees a model is told without how many that are", () => {
  const model = { access: "restricted", allowed_tags: 1, allowed_members: 0, claimable: true, audience: { seeing: 12, members: 40 } } as const;
  expect(textOf(<WhoSees model={model} />)).toMatch(/sees\.some.*sees\.of.*sees\.claimable/);
});
