import { useTranslation } from "react-i18next";

import type trail from "@/i18n/en/trail.json";

type Word = keyof typeof trail;

/** What the audit trail records, as people call it. What has no words, for another version wrote it, is shown as it was recorded. */
export interface TrailWords {
  /** All actions, and all kinds of targets, that have words. */
  actions: readonly string[];
  kinds: readonly string[];
  action: (recorded: string) => string;
  actor: (recorded: string) => string;
  kind: (recorded: string) => string;
  /** The kind that an action is named by: that of its target, but where it is something done to another. */
  kindOfAction: (action: string) => string;
}

// A price is published, and a version of it is what there is then.
const NOUNS: Readonly<Record<string, string>> = { price: "price_version" };

/** The words of the reader's language; its messages, `trail`, are read by the page's route. */
export function useTrailWords(): TrailWords {
  const { t, i18n } = useTranslation("trail");
  const words = Object.keys((i18n.getResourceBundle(i18n.language, "trail") ?? {}) as Partial<Record<Word, string>>);
  const listed = (beginning: string) => words.filter((word) => word.startsWith(beginning)).map((word) => word.slice(beginning.length));
  const said = (word: string, recorded: string) => (words.includes(word) ? t(word as Word) : recorded);
  const kind = (recorded: string) => said(`kind.${recorded}`, recorded);
  return {
    actions: listed("action."),
    kinds: listed("kind."),
    action: (recorded) => said(`action.${recorded}`, recorded),
    actor: (recorded) => said(`actor.${recorded}`, recorded),
    kind,
    kindOfAction: (action) => {
      const noun = action.split(".")[0] ?? action;
      return kind(NOUNS[noun] ?? noun);
    },
  };
}
