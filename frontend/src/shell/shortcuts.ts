import type { LinkProps } from "@tanstack/react-router";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useLayoutEffect, useRef } from "react";

import type shared from "@/i18n/en/shared.json";
import { getSetting } from "@/lib/settings";
import { PERSONAL } from "./places";

const SECOND_KEY_WITHIN_MS = 1_200;

/** What a shortcut can do beside what the page itself is asked for. */
interface Hands {
  search: () => void;
  showAll: () => void;
  go: (to: NonNullable<LinkProps["to"]>) => void;
}

/** One key, or two after one another. What it does says whether it did anything. */
export interface Shortcut {
  keys: readonly string[];
  /** With Ctrl, or the key of that kind: it works while typing too, and whatever the setting says. */
  withCtrl?: boolean;
  name: Extract<keyof typeof shared, `shortcut.${string}` | `place.${string}` | "palette.open">;
  group: "anywhere" | "list" | "go";
  act: (hands: Hands) => boolean;
}

/** Every key there is: what is pressed is looked for here, and what is shown of them is read from here. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ["k"], withCtrl: true, name: "palette.open", group: "anywhere", act: (hands) => did(hands.search) },
  { keys: ["/"], name: "shortcut.page_search", group: "anywhere", act: focusSearch },
  { keys: ["?"], name: "shortcut.all", group: "anywhere", act: (hands) => did(hands.showAll) },
  { keys: ["j"], name: "shortcut.next", group: "list", act: () => did(() => step(1)) },
  { keys: ["k"], name: "shortcut.previous", group: "list", act: () => did(() => step(-1)) },
  { keys: ["x"], name: "shortcut.tick", group: "list", act: () => did(tick) },
  ...PERSONAL.flatMap((place): Shortcut[] => (place.key === undefined ? [] : [{ keys: ["g", place.key], name: place.name, group: "go", act: (hands) => did(() => hands.go(place.to)) }])),
];

/** Lets the shortcuts work: `search` opens the search, `showAll` says which there are. */
export function useShortcuts({ search, showAll }: Omit<Hands, "go">): void {
  const navigate = useNavigate();
  const hands = useRef<Hands>({ search, showAll, go: () => undefined });
  useEffect(() => {
    hands.current = { search, showAll, go: (to) => void navigate({ to }) };
  });
  // From the first picture on: whoever sees the page may press keys.
  useLayoutEffect(() => {
    let first = { key: "", at: -Infinity };
    function pressed(event: KeyboardEvent) {
      const withCtrl = event.ctrlKey || event.metaKey;
      if (!withCtrl && (event.altKey || isTyping(event.target) || getSetting("shortcuts") === "off")) return;
      if (!withCtrl && document.querySelector("dialog[open]") !== null) return;
      const before = event.timeStamp - first.at < SECOND_KEY_WITHIN_MS ? first.key : "";
      const shortcut = shortcutFor(event.key, { before, withCtrl });
      // The second of two keys ends the wait for it, whatever it was.
      first = before === "" && !withCtrl && begins(event.key) ? { key: event.key, at: event.timeStamp } : { key: "", at: -Infinity };
      if (shortcut?.act(hands.current)) event.preventDefault();
    }
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

/** The shortcut that a key means after the one `before`; none where it means nothing. */
export function shortcutFor(key: string, { before, withCtrl }: { before: string; withCtrl: boolean }): Shortcut | undefined {
  const pressed = !withCtrl && begins(before) ? [before, key] : [withCtrl ? key.toLowerCase() : key];
  return SHORTCUTS.find((each) => (each.withCtrl ?? false) === withCtrl && each.keys.length === pressed.length && each.keys.every((one, index) => one === pressed[index]));
}

function begins(key: string): boolean {
  return SHORTCUTS.some(({ keys }) => keys.length > 1 && keys[0] === key);
}

function did(act: () => void): true {
  act();
  return true;
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement && target.type === "checkbox") return false;
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>("main input[type=search]");
  field?.focus();
  return field !== null;
}

function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? 0 : at + by];
  next?.querySelector<HTMLElement>("a, button")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function tick(): void {
  document.activeElement?.closest("main [data-row]")?.querySelector<HTMLInputElement>("input[data-select]")?.click();
}
