import { expect, test } from "vitest";

import { placeOf } from "./places";

const model = (name: string) => ({ id: name, name, since: null });

test("a model without a price is mended somewhere in the list of all models", () => {
  const target = "/api/admin/models/01a2";
  expect(placeOf({ code: "model_without_price", target, affected: [model("openai/gpt-5")] })).toEqual({ to: "/admin/models/openai/gpt-5", search: {}, verb: "price" });
  expect(placeOf({ code: "model_without_price", target: "/api/admin/models", affected: [model("a/b"), model("c/d")] })).toEqual({ to: "/admin/models", search: { lacks: "price" }, verb: "price" });
});

test("one limit, one key and one member lead to the list of all", () => {
  expect(placeOf({ code: "limit_nearly_used", target: "/api/admin/limits/01a2", affected: [] })).toMatchObject({ to: "/admin/limits", search: { open: "01a2" } });
  expect(placeOf({ code: "provider_key_flagged", target: "/api/admin/provider-keys/01a2", affected: [] })).toMatchObject({ to: "/admin/provider-keys/01a2", verb: "key" });
  expect(placeOf({ code: "service_unanswered", target: "/api/admin/members?unanswered=true", affected: [] })).toMatchObject({ to: "/admin/members", search: { unanswered: "yes" } });
});

test("what no page shows has a button that leads nowhere", () => {
  expect(placeOf({ code: "credentials_expiring", target: "/api/admin/credentials?state=active", affected: [] })).toBeNull();
});
