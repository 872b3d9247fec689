import { useSyncExternalStore } from "react";

/** What a person sets for this browser alone. An empty string follows the system. */
export interface Settings {
  theme: "" | "light" | "dark";
  language: "" | "en" | "zh-TW";
  zone: string;
  density: "" | "compact";
  shortcuts: "" | "off";
  /** Whether an administrator skipped what was left of setting up. */
  checklist: "" | "skipped";
}

const listeners = new Set<() => void>();
const kept = new Map<keyof Settings, string>();

/** A setting of this browser. A browser that keeps nothing follows the system. */
export function getSetting<K extends keyof Settings>(name: K): Settings[K] {
  const known = kept.get(name);
  if (known !== undefined) return known as Settings[K];
  try {
    return (localStorage.getItem(`ai-api.${name}`) ?? "") as Settings[K];
  } catch {
    return "";
  }
}

/** Keeps a setting, and tells everybody who shows it. */
export function setSetting<K extends keyof Settings>(name: K, value: Settings[K]): void {
  kept.set(name, value);
  try {
    if (value === "") localStorage.removeItem(`ai-api.${name}`);
    else localStorage.setItem(`ai-api.${name}`, value);
  } catch {
    // Private windows may refuse; the setting then lasts as long as the page.
  }
  if (name === "theme") applyTheme();
  for (const listener of listeners) listener();
}

/** A setting, and how to change it. */
export function useSetting<K extends keyof Settings>(name: K): [Settings[K], (value: Settings[K]) => void] {
  const value = useSyncExternalStore(listen, () => getSetting(name));
  return [value, (next) => setSetting(name, next)];
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function applyTheme(): void {
  const theme = getSetting("theme");
  if (theme === "") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}
