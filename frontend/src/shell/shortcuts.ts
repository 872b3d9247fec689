import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import { getSetting } from "@/lib/settings";
import { PERSONAL } from "./places";

const SECOND_KEY_WITHIN_MS = 1_200;

/** The keys that work everywhere: the search, `g` and a letter for places, `/` for the page's search, `j` and `k` in lists, `x` to tick. */
export function useShortcuts(onSearch: () => void): void {
  const navigate = useNavigate();
  const search = useRef(onSearch);
  useEffect(() => {
    search.current = onSearch;
  });
  useEffect(() => {
    let wentAt = 0;
    function pressed(event: KeyboardEvent) {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        search.current();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || getSetting("shortcuts") === "off") return;
      if (document.querySelector("dialog[open]") !== null) return;
      const goes = event.timeStamp - wentAt < SECOND_KEY_WITHIN_MS;
      wentAt = event.key === "g" && !goes ? event.timeStamp : 0;
      if (goes) {
        const place = PERSONAL.find((each) => each.key === event.key);
        if (place) void navigate({ to: place.to });
      } else if (event.key === "/") {
        const field = document.querySelector<HTMLInputElement>("main input[type=search]");
        if (field) {
          event.preventDefault();
          field.focus();
        }
      } else if (event.key === "j" || event.key === "k") {
        step(event.key === "j" ? 1 : -1);
      } else if (event.key === "x") {
        document.activeElement?.closest("main [data-row]")?.querySelector<HTMLInputElement>("input[data-select]")?.click();
      }
    }
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [navigate]);
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement && target.type === "checkbox") return false;
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? 0 : at + by];
  next?.querySelector<HTMLElement>("a, button")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
