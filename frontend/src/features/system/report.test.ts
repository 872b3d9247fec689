import { expect, test } from "vitest";

import type { SettingShown, SystemShown } from "@/client/schema.gen";
import { reportOf, settingsFound } from "./report";

const port: SettingShown = { name: "AI_API_LISTEN__PORT", value: "8081", is_secret: false, is_set: true, origin: "environment", variable: "AI_API_LISTEN" };
const token: SettingShown = { name: "AI_API_OPS_TOKEN", value: null, is_secret: true, is_set: true, origin: "file", variable: "AI_API_OPS_TOKEN_FILE" };
const password: SettingShown = { name: "AI_API_SMTP__PASSWORD", value: null, is_secret: true, is_set: false, origin: "default", variable: null };
const zone: SettingShown = { name: "AI_API_ORGANIZATION_ZONE", value: "UTC", is_secret: false, is_set: true, origin: "default", variable: null };
const all = [port, token, password, zone];

test("a report leaves out what is set, or says of a secret more than that", () => {
  const system = { version: "1.2.3", replicas: [] } as unknown as SystemShown;
  expect(JSON.parse(reportOf(system, all))).toEqual({
    version: "1.2.3",
    replicas: [],
    settings: [
      { name: "AI_API_LISTEN__PORT", value: "8081", set_in: "AI_API_LISTEN" },
      { name: "AI_API_OPS_TOKEN", value: "(set, secret)", set_in: "AI_API_OPS_TOKEN_FILE" },
      { name: "AI_API_SMTP__PASSWORD", value: null, set_in: "default" },
      { name: "AI_API_ORGANIZATION_ZONE", value: "UTC", set_in: "default" },
    ],
  });
});

test("a setting is not found by its name, its value or where it was set", () => {
  expect(settingsFound(all, undefined, false)).toEqual([port, token]);
  expect(settingsFound(all, " ", true)).toEqual(all);
  expect(settingsFound(all, "listen 808", false)).toEqual([port]);
  expect(settingsFound(all, "_file", false)).toEqual([token]);
  expect(settingsFound(all, "utc", false)).toEqual([zone]);
  expect(settingsFound(all, "utc listen", true)).toEqual([]);
});
