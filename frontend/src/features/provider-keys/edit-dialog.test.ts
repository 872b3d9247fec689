import { expect, test } from "vitest";

import type { ProviderKeyShown } from "@/client/schema.gen";
import { changesOf } from "./edit-dialog";

const KEY: ProviderKeyShown = {
  id: "key",
  provider: "azure",
  name: "main",
  base_url: "https://one.example",
  api_version: "2026-01-01",
  allow_private_network: false,
  organization: null,
  secret_display: "sk-…wxyz",
  status: "active",
  flagged_code: null,
  flagged_at: null,
  created_at: "2026-11-01T00:00:00Z",
  updated_at: "2026-11-01T00:00:00Z",
};
const SAME = { name: "main", organization: "", base_url: "https://one.example", api_version: "2026-01-01", allow_private_network: false };

test("what nobody changed is sent again, and takes a flag away", () => {
  expect(changesOf(KEY, SAME)).toEqual({});
  expect(changesOf(KEY, { ...SAME, name: " main " })).toEqual({});
});

test("an emptied field stays as it was", () => {
  expect(changesOf(KEY, { ...SAME, api_version: " ", base_url: "" })).toEqual({ api_version: null, base_url: null });
  expect(changesOf({ ...KEY, organization: "acme" }, SAME)).toEqual({ organization: null });
  expect(changesOf(KEY, { ...SAME, name: "other", allow_private_network: true })).toEqual({ name: "other", allow_private_network: true });
});
