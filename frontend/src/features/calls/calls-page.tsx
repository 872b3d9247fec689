import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { MyCallRecordShown } from "@/client/schema.gen";
import { Moment, Money, Nothing, Slug, TokenCount } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ExportButton } from "@/components/export-button";
import { ListTable } from "@/components/list-table";
import { Page } from "@/components/page";
import { OutcomeBadge } from "@/components/status-badge";
import { useFormat } from "@/lib/format";
import { callsQuery, exportCalls, type CallsAsked } from "./api";
import { CallFilters, isNarrowed, NO_FILTERS } from "./call-filters";
import { CallPanel } from "./call-panel";

type NameOf = (credentialId: string) => string | undefined;

interface CallsPageProps {
  asked: CallsAsked;
  onAsk: (change: Partial<CallsAsked>) => void;
  openId: string | undefined;
  onOpen: (callId: string | undefined) => void;
  /** What a credential is called. */
  nameOf: NameOf;
}

/** The member's calls, narrowed by the address, and one of them in full. */
export function CallsPage({ asked, onAsk, openId, onOpen, nameOf }: CallsPageProps) {
  const { t } = useTranslation("calls");
  const calls = useInfiniteQuery(callsQuery(asked));
  const columns = useColumns(nameOf, onOpen);
  const clear = isNarrowed(asked) ? () => onAsk(NO_FILTERS) : undefined;
  return (
    <Page title={t("title")} says={t("says")} actions={<ExportButton name="my-calls" read={(form) => exportCalls(asked, form)} />}>
      <CallFilters asked={asked} onAsk={onAsk} nameOf={nameOf} onClear={clear} />
      <ListTable
        id="calls"
        label={t("title")}
        list={calls}
        columns={columns}
        rowId={(call) => call.call_id}
        openId={openId}
        failed={t("failed")}
        empty={<EmptyState says={t("empty")} />}
        noMatch={t("no_match")}
        onClear={clear}
      />
      {openId !== undefined && <CallPanel id={openId} nameOf={nameOf} onClose={() => onOpen(undefined)} />}
    </Page>
  );
}

function useColumns(nameOf: NameOf, onOpen: (callId: string) => void): Column<MyCallRecordShown>[] {
  const { t } = useTranslation("calls");
  const format = useFormat();
  return [
    {
      id: "time",
      head: t("time"),
      place: "title",
      cell: (call) => (
        <button type="button" className="font-medium hover:underline" onClick={() => onOpen(call.call_id)}>
          <Moment at={call.started_at} />
        </button>
      ),
    },
    { id: "model", head: t("model"), place: "text", cell: (call) => <CalledModel call={call} /> },
    { id: "credential", head: t("credential"), place: "wide", cell: (call) => (call.credential_id === null ? <Nothing /> : (nameOf(call.credential_id) ?? <code className="font-mono text-small">{call.credential_id.slice(0, 8)}</code>)) },
    { id: "input", head: t("input"), place: "number", align: "right", cell: (call) => <TokenCount count={call.input_tokens} /> },
    { id: "output", head: t("output"), place: "number", align: "right", cell: (call) => <TokenCount count={call.output_tokens} /> },
    {
      id: "cost",
      head: t("cost"),
      place: "number",
      align: "right",
      cell: (call) => (isUnbilled(call) ? <span className="text-ink-3">{t("not_billed")}</span> : <Money usd={call.billed_cost_usd} places={4} />),
    },
    { id: "duration", head: t("duration"), place: "wide", align: "right", cell: (call) => <span className="tabular">{format.duration(Date.parse(call.finished_at) - Date.parse(call.started_at))}</span> },
    {
      id: "outcome",
      head: t("outcome"),
      place: "state",
      cell: (call) => (
        <span className="inline-flex items-center gap-1.5">
          <OutcomeBadge outcome={call.outcome} />
          {call.refused_count > 1 && <span className="tabular text-small text-ink-3">{t("times", { count: call.refused_count })}</span>}
        </span>
      ),
    },
  ];
}

function CalledModel({ call }: { call: MyCallRecordShown }) {
  const slug = call.model ?? call.requested_model;
  return slug === null ? <Nothing /> : <Slug slug={slug} />;
}

function isUnbilled(call: MyCallRecordShown): boolean {
  return call.outcome !== "ok" && call.input_tokens === 0 && (call.billed_cost_usd === null || Number(call.billed_cost_usd) === 0);
}
