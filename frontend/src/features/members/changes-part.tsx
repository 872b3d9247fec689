import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { EventShown } from "@/client/schema.gen";
import { Moment } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ListTable } from "@/components/list-table";
import { useTrailWords } from "@/components/trail-words";
import { changesQuery } from "./held-api";

/** What was done to a member's account, the newest first: by whom, and which fields it changed. */
export function ChangesPart({ memberId }: { memberId: string }) {
  const { t } = useTranslation("people");
  const words = useTrailWords();
  const list = useInfiniteQuery(changesQuery(memberId));
  const columns: Column<EventShown>[] = [
    { id: "at", head: t("changes.at"), place: "number", cell: (event) => <Moment at={event.at} /> },
    { id: "action", head: t("changes.action"), place: "title", cell: (event) => words.action(event.action) },
    { id: "fields", head: t("changes.fields"), place: "text", cell: (event) => <span className="text-ink-2">{changed(event).join(", ")}</span> },
    { id: "actor", head: t("changes.actor"), place: "state", align: "right", cell: (event) => <span className="text-ink-2">{event.actor_name}</span> },
  ];
  return <ListTable id="admin-member-changes" label={t("member.tab.audit")} list={list} columns={columns} rowId={(event) => event.id} failed={t("changes.failed")} empty={<EmptyState says={t("changes.empty")} />} />;
}

function changed(event: EventShown): string[] {
  if (event.before === null || event.after === null) return [];
  const { before, after } = event;
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
