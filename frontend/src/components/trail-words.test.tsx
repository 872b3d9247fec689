import { renderHook } from "@testing-library/react";
import { createInstance } from "i18next";
import type { ReactNode } from "react";
import { I18nextProvider, initReactI18next } from "react-i18next";
import { expect, test } from "vitest";

import en from "@/i18n/en/trail.json";
import zhTW from "@/i18n/zh-TW/trail.json";
import { useTrailWords } from "./trail-words";

async function wordsIn(language: "en" | "zh-TW") {
  const i18n = createInstance();
  await i18n.use(initReactI18next).init({ lng: language, resources: { en: { trail: en }, "zh-TW": { trail: zhTW } }, keySeparator: false, fallbackLng: false });
  const { result } = renderHook(useTrailWords, { wrapper: ({ children }: { children: ReactNode }) => <I18nextProvider i18n={i18n}>{children}</I18nextProvider> });
  return result.current;
}

test("an action is shown in another language than the reader's", async () => {
  expect((await wordsIn("en")).action("member.disable")).toBe("Member disabled");
  const words = await wordsIn("zh-TW");
  expect(words.action("member.disable")).toBe("停用成員");
  expect(words.kind("provider_key")).toBe("供應商金鑰");
  expect(words.actor("cli")).toBe("命令列");
});

test("what another version wrote is hidden", async () => {
  const words = await wordsIn("en");
  expect(words.action("wallet.fill")).toBe("wallet.fill");
  expect(words.kind("wallet")).toBe("wallet");
  expect(words.kindOfAction("wallet.fill")).toBe("wallet");
});

test("an action cannot be chosen, or is found among others", async () => {
  const words = await wordsIn("en");
  expect(words.actions).toHaveLength(Object.keys(en).filter((each) => each.startsWith("action.")).length);
  expect(words.actions).toContain("price.publish");
  expect(words.kindOfAction("price.publish")).toBe("Price version");
  for (const action of words.actions) expect(words.kinds.map(words.kind)).toContain(words.kindOfAction(action));
});
