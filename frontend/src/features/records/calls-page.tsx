import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { memberNameQuery } from "@/client/names";
import type { CallRecordShown } from "@/client/schema.gen";
import { Moment, Money, Nothing, Slug, TokenCount } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ExportButton } from "@/components/export-button";
import { ToggleChip } from "@/components/filters";
import { Page } from "@/components/page";
import { ListTable } from "@/components/list-table";
import { OutcomeBadge } from "@/components/status-badge";
import { Button } from "@/components/ui/button";
import { rangeOf } from "@/lib/calls-asked";
import { useFormat } from "@/lib/format";
import { callsQuery, exportCalls, USUAL_RANGE, type CallsAsked } from "./api";
import { CallFilters, isNarrowed, NO_FILTERS } from "./call-filters";
import { CallPanel, type Explaining, type Repairing } from "./call-panel";
import { linesOf, type Line, type Repeats } from "./repeats";

const LIVE_EVERY_MS = 3_000;

interface CallsProps {
  asked: CallsAsked;
  /** Whether new calls come in by themselves. */
  live: boolean;
  onLive: (live: boolean) => void;
  explaining: Explaining;
  repairing: Repairing;
  /** The call whose panel is open. */
  open: string | undefined;
  /** A call whose repeats are shown one by one. */
  group: string | undefined;
  onAsk: (change: Partial<CallsAsked>) => void;
  onOpen: (id: string | undefined) => void;
  onGroup: (id: string | undefined) => void;
}

/** Everybody's calls, refused ones too; what is asked for, and the call that is open, are in the address. */
export function CallsPage({ asked, live, open, group, onAsk, onLive, onOpen, onGroup, explaining, repairing }: CallsProps) {
  const { t } = useTranslation(["records", "shared"]);
  // Rows that move while one of them is read would lose the reader's place.
  const isLive = live && open === undefined;
  const list = useInfiniteQuery({ ...callsQuery(asked), refetchInterval: isLive ? LIVE_EVERY_MS : false });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const ids = [...new Set(rows.map((call) => call.member_id).filter((id) => id !== null))];
  const members = useQueries({ queries: ids.map((id) => memberNameQuery(id)) });
  const names = new Map(ids.map((id, index) => [id, members[index]?.data?.display_name]));
  const lines = linesOf(rows, { seen: [group, open], hasMore: list.hasNextPage });
  const columns = useColumns({ nameOf: (id) => names.get(id), onOpen, onGroup, as: ["hour", "day"].includes(rangeOf(asked, USUAL_RANGE)) ? "time" : "moment" });
  const at = rows.findIndex((call) => call.call_id === open);
  const step = (to: number) => {
    const row = rows[to];
    return row === undefined || at < 0 ? null : () => onOpen(row.call_id);
  };
  const narrowed = isNarrowed(asked);
  return (
    <Page title={t("title")} says={t("says")} actions={asked.limit_id === undefined && <ExportButton name="calls" read={(form) => exportCalls(asked, form)} />}>
      <CallFilters asked={asked} onAsk={onAsk} />
      <div className="flex items-center gap-3 text-dense text-ink-3">
        <ToggleChip on={live} onChange={onLive}>
          <span aria-hidden className={clsx("size-2 rounded-full", isLive ? "animate-pulse bg-ok" : "bg-line-strong")} />
          {t("live")}
        </ToggleChip>
        {live && <span role="status">{isLive ? t("live_on") : t("live_paused")}</span>}
      </div>
      <ListTable
        id="calls"
        label={t("title")}
        list={list}
        rows={lines}
        columns={columns}
        rowId={(line) => (line.kind === "call" ? line.call.call_id : `repeats ${line.calls[0]?.call_id}`)}
        openId={open}
        sort={asked.sort ?? "-started_at"}
        onSort={(sort) => onAsk({ sort: sort === "-started_at" ? undefined : (sort as CallsAsked["sort"]) })}
        failed={t("failed")}
        empty={<EmptyState says={t("empty")} action={asked.range === "all" ? undefined : <Button onClick={() => onAsk({ range: "all" })}>{t("show_all")}</Button>} />}
        noMatch={t("no_match")}
        onClear={narrowed ? () => onAsk(NO_FILTERS) : undefined}
      />
      {open !== undefined && <CallPanel key={open} id={open} explaining={explaining} repairing={repairing} onClose={() => onOpen(undefined)} onPrevious={step(at - 1)} onNext={step(at + 1)} />}
    </Page>
  );
}

interface ColumnsOf {
  nameOf: (memberId: string) => string | undefined;
  onOpen: (id: string) => void;
  onGroup: (id: string | undefined) => void;
  as: "time" | "moment";
}

function useColumns({ nameOf, onOpen, onGroup, as }: ColumnsOf): Column<Line>[] {
  const { t } = useTranslation("records");
  const format = useFormat();
  return [
    {
      id: "time",
      head: t("column.time"),
      place: "title",
      sort: "started_at",
      cell: (line) =>
        line.kind === "repeats" ? (
          <RepeatsToggle line={line} as={as} onGroup={onGroup} />
        ) : (
          <button type="button" onClick={() => onOpen(line.call.call_id)} className={clsx("whitespace-nowrap hover:underline", line.within && "pl-5")}>
            <Moment at={line.call.started_at} as={as} /> <span className="sr-only">{t("open")}</span>
          </button>
        ),
    },
    { id: "member", head: t("column.member"), place: "number", cell: (line) => ofCall(line, (call) => (call.member_id === null ? <Nothing /> : <span className="font-medium">{nameOf(call.member_id) ?? call.member_id.slice(0, 8)}</span>)) },
    {
      id: "model",
      head: t("column.model"),
      place: "text",
      cell: (line) =>
        ofCall(line, (call) => {
          const slug = call.model ?? call.requested_model;
          return slug === null ? <Nothing /> : <Slug slug={slug} />;
        }),
    },
    { id: "client", head: t("column.client"), place: "wide", cell: (line) => (clientsOf(line).length === 1 ? clientsOf(line)[0] : <Nothing />) },
    { id: "tokens", head: t("column.tokens"), place: "wide", align: "right", cell: (line) => ofCall(line, (call) => (call.input_tokens + call.output_tokens === 0 ? <Nothing /> : <TokenCount count={call.input_tokens + call.output_tokens} />)) },
    { id: "cost", head: t("column.cost"), place: "number", align: "right", cell: (line) => ofCall(line, (call) => (call.outcome !== "ok" && call.input_tokens === 0 ? <Nothing /> : <Money usd={call.billed_cost_usd} places={4} />)) },
    { id: "duration", head: t("column.duration"), place: "wide", align: "right", cell: (line) => (line.kind === "repeats" ? <Nothing /> : <span className="tabular">{format.duration(Date.parse(line.call.finished_at) - Date.parse(line.call.started_at))}</span>) },
    {
      id: "outcome",
      head: t("column.outcome"),
      place: "state",
      cell: (line) => {
        const times = line.kind === "repeats" ? line.count : line.call.refused_count;
        return (
          <span className="whitespace-nowrap">
            {ofCall(line, (call) => (
              <OutcomeBadge outcome={call.outcome} />
            ))}
            {times > 1 && <span className="tabular ml-1.5 text-small font-medium">{t(line.kind === "repeats" && line.goesOn ? "times_or_more" : "times", { count: format.count(times) })}</span>}
          </span>
        );
      },
    },
  ];
}

/** Something of a call; of repeats it is that of the first, which they have in common. */
function ofCall(line: Line, show: (call: CallRecordShown) => ReactNode): ReactNode {
  const call = line.kind === "call" ? line.call : line.calls[0];
  return call === undefined ? null : show(call);
}

function clientsOf(line: Line): string[] {
  const calls = line.kind === "call" ? [line.call] : line.calls;
  return [...new Set(calls.map((call) => call.client))].filter((client) => client !== null);
}

/** The time of the first of the repeats and of the last one, which shows them one by one. */
function RepeatsToggle({ line, as, onGroup }: { line: Repeats; as: "time" | "moment"; onGroup: (id: string | undefined) => void }) {
  const { t } = useTranslation("records");
  const [first, last] = [line.calls[0], line.calls.at(-1)];
  if (first === undefined || last === undefined) return null;
  return (
    <button type="button" aria-expanded={line.isOpen} onClick={() => onGroup(line.isOpen ? undefined : first.call_id)} className="inline-flex items-center gap-1 text-left hover:underline">
      <ChevronRight aria-hidden size={14} className={clsx("shrink-0 text-ink-3 transition-transform", line.isOpen && "rotate-90")} />
      <span>
        <span className="whitespace-nowrap">
          <Moment at={first.started_at} as={as} />
        </span>
        <span className="text-ink-3"> – </span>
        <span className="whitespace-nowrap">
          <Moment at={last.started_at} as={as} />
        </span>
        <span className="sr-only"> {t("repeats", { count: line.count })}</span>
      </span>
    </button>
  );
}
