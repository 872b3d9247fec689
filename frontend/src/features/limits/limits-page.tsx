import { useInfiniteQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { LimitInFull } from "@/client/schema.gen";
import { Moment, Nothing } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { FilterChip } from "@/components/filters";
import { useLimitWords } from "@/components/limit-bar";
import { ListPage } from "@/components/list-page";
import { SmallBar } from "@/components/small-bar";
import { Badge } from "@/components/ui/badge";
import { Button, IconButton } from "@/components/ui/button";
import { useFormat } from "@/lib/format";
import { limitsQuery } from "./api";
import { METRICS, SUBJECTS, WINDOWS, type LimitsAsked } from "./asked";
import { LimitSubject } from "./limit-subject";
import { LimitDialog, RemoveLimitDialog } from "./limit-dialog";
import { NewLimitDialog } from "./new-limit-dialog";
import { RefusedCount } from "./refused-count";

interface LimitsPageProps {
  asked: LimitsAsked;
  open: string | undefined;
  onAsk: (change: Partial<LimitsAsked>) => void;
  onOpen: (id: string | undefined) => void;
}

/** Every ceiling in one place; what is asked for is in the address. */
export function LimitsPage({ asked, open, onAsk, onOpen }: LimitsPageProps) {
  const { t } = useTranslation("people");
  const list = useInfiniteQuery(limitsQuery(asked));
  const [making, setMaking] = useState(false);
  const [removing, setRemoving] = useState<{ id: string; says: string } | null>(null);
  const columns = useColumns(onOpen, setRemoving);
  const isNarrowed = [asked.subject, asked.id, asked.metric, asked.window].some((each) => each !== undefined);
  return (
    <ListPage
      id="admin-limits"
      title={t("limits.title")}
      says={t("limits.title_says")}
      action={
        <Button look="primary" icon={Plus} onClick={() => setMaking(true)}>
          {t("limits.new")}
        </Button>
      }
      filters={
        <>
          <FilterChip label={t("limits.subject")} value={asked.subject} options={SUBJECTS.map((value) => ({ value, label: t(`limits.subject.${value}`) }))} onChange={(subject) => onAsk({ subject, id: undefined })} />
          <FilterChip label={t("limits.metric")} value={asked.metric} options={METRICS.map((value) => ({ value, label: t(`limits.metric.${value}`) }))} onChange={(metric) => onAsk({ metric })} />
          <FilterChip label={t("limits.window")} value={asked.window} options={WINDOWS.map((value) => ({ value, label: t(`limits.window.${value}`) }))} onChange={(window) => onAsk({ window })} />
        </>
      }
      list={list}
      columns={columns}
      rowId={(limit) => limit.id}
      failed={t("limits.failed")}
      empty={t("limits.empty")}
      onClear={isNarrowed ? () => onAsk({ subject: undefined, id: undefined, metric: undefined, window: undefined }) : undefined}
      sort={asked.sort ?? "-created_at"}
      onSort={(sort) => onAsk({ sort: sort === "created_at" ? sort : undefined })}
    >
      {making && <NewLimitDialog onClose={() => setMaking(false)} />}
      {open !== undefined && <LimitDialog id={open} onClose={() => onOpen(undefined)} />}
      {removing !== null && <RemoveLimitDialog {...removing} onClose={() => setRemoving(null)} />}
    </ListPage>
  );
}

function useColumns(onOpen: (id: string) => void, onRemove: (limit: { id: string; says: string }) => void): Column<LimitInFull>[] {
  const { t } = useTranslation("people");
  const words = useLimitWords();
  return [
    {
      id: "limit",
      head: t("limits.one"),
      place: "title",
      cell: (limit) => (
        <button type="button" onClick={() => onOpen(limit.id)} className="text-left font-medium hover:underline">
          {words.each(limit)}
        </button>
      ),
    },
    {
      id: "subject",
      head: t("limits.subject"),
      place: "text",
      cell: (limit) => <LimitSubject limit={limit} />,
    },
    { id: "left", head: t("limits.left"), place: "text", cell: (limit) => <LeftNow limit={limit} /> },
    {
      id: "exceed",
      head: t("limits.exceed"),
      place: "state",
      cell: (limit) => <span className="whitespace-nowrap"><Badge tint={limit.on_exceed === "warn" ? "warn" : "neutral"}>{t(`limits.exceed.${limit.on_exceed}`)}</Badge></span>,
    },
    { id: "refused", head: t("limits.refused"), place: "number", align: "right", cell: (limit) => <RefusedCount id={limit.id} refused={limit.refused} /> },
    { id: "set", head: t("limits.set_at"), place: "wide", align: "right", sort: "created_at", cell: (limit) => <Moment at={limit.created_at} as="day" /> },
    {
      id: "act",
      head: t("column.act"),
      place: "action",
      align: "right",
      cell: (limit) => <IconButton icon={Trash2} label={t("limits.remove_of", { limit: words.each(limit) })} onClick={() => onRemove({ id: limit.id, says: words.each(limit) })} />,
    },
  ];
}

/** What is left under a limit and when it resets; of one that each has alone there is no one answer. */
function LeftNow({ limit }: { limit: LimitInFull }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { left } = limit;
  if (left === null || left.window_kind === "request") return <Nothing />;
  return (
    <span className="flex flex-col gap-1">
      <SmallBar limits={[left]} />
      {left.resets_at !== null && <span className="text-small text-ink-3">{t("limit.resets", { at: format.moment(left.resets_at) })}</span>}
    </span>
  );
}
