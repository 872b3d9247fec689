import { createInstance, type BackendModule, type ResourceKey } from "i18next";
import ICU from "i18next-icu";
import { initReactI18next } from "react-i18next";

import { getSetting, setSetting, type Settings } from "@/lib/settings";

/** The languages of the portal, in their own words. */
export const LANGUAGES = { en: "English", "zh-TW": "繁體中文" } as const;

export type Language = keyof typeof LANGUAGES;

const files = import.meta.glob<{ default: ResourceKey }>("./{en,zh-TW}/*.json");

// One file of messages per language and namespace, fetched when a page first needs it.
const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language, namespace, done) => {
    const load = files[`./${language}/${namespace}.json`];
    if (load === undefined) {
      done(null, {});
      return;
    }
    load().then(
      (file) => done(null, file.default),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), null),
    );
  },
};

export const i18n = createInstance();

let started: Promise<void> | undefined;

/** Reads the shared messages in the person's language; nothing is shown before. */
export function startI18n(): Promise<void> {
  started = start();
  return started;
}

async function start(): Promise<void> {
  i18n.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
  await i18n
    .use(new ICU())
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: chosen(),
      supportedLngs: Object.keys(LANGUAGES),
      fallbackLng: false,
      ns: ["shared"],
      defaultNS: "shared",
      keySeparator: false,
      interpolation: { escapeValue: false },
      returnNull: false,
    });
  // Nobody waits for what is shown only when something goes wrong.
  void i18n.loadNamespaces("errors");
}

/** Reads the messages of namespaces before their page is shown: for a route's loader. */
export async function messages(...namespaces: string[]): Promise<void> {
  // Their files come while the shared messages do; whoever reads them next finds them there, or tells that they are not.
  for (const namespace of namespaces) files[`./${chosen()}/${namespace}.json`]?.().catch(() => undefined);
  await started;
  return i18n.loadNamespaces(namespaces);
}

/** Changes the language now, and for the next time in this browser. */
export async function setLanguage(language: Settings["language"]): Promise<void> {
  setSetting("language", language);
  await i18n.changeLanguage(chosen());
}

function chosen(): Language {
  const set = getSetting("language");
  if (set in LANGUAGES) return set as Language;
  const wanted = typeof navigator === "undefined" ? [] : navigator.languages;
  for (const each of wanted) {
    if (/^zh\b/i.test(each)) return "zh-TW";
    if (/^en\b/i.test(each)) return "en";
  }
  return "en";
}
