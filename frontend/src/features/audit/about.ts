import type { EventShown } from "@/client/schema.gen";

type Told = Pick<EventShown, "target_id" | "target_kind" | "about">;

/** The names of what an event is about in one line: its target, whose it is, and of which model; empty where it has none. */
export function namesOf({ about }: Pick<Told, "about">): string {
  return [about.target, about.member, about.model].filter((each) => each !== null).join(" · ");
}

/** What a target is called by the events of it that are shown, the newest first; undefined where none of them knows. */
export function targetOf(events: readonly Told[], targetId: string | undefined, kindWord: (kind: string) => string): string | undefined {
  const event = events.find((each) => each.target_id === targetId);
  if (targetId === undefined || event === undefined) return undefined;
  // What has no name of its own is told by its kind.
  const kind = event.about.target === null ? kindWord(event.target_kind) : "";
  return [kind, namesOf(event)].filter((each) => each !== "").join(" · ");
}
