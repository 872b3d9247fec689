import type { EventShown } from "@/client/schema.gen";

type Told = Pick<EventShown, "target_id" | "target_kind" | "about">;

/** What an event is about in one line: its target, whose it is, and of which model. */
export function aboutWords({ target_kind: kind, about }: Told): string {
  return [about.target ?? kind.replaceAll("_", " "), about.member, about.model].filter((each) => each !== null).join(" · ");
}

/** What a target is called by the events of it that are shown, the newest first; undefined where none of them knows. */
export function targetOf(events: readonly Told[], targetId: string | undefined): string | undefined {
  const event = events.find((each) => each.target_id === targetId);
  return targetId === undefined || event === undefined ? undefined : aboutWords(event);
}
