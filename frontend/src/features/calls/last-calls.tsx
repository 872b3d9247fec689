import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { MyCallRecordShown } from "@/client/schema.gen";
import { Moment, Money, Nothing, TokenCount } from "@/components/amounts";
import { Rows, type Column } from "@/components/rows";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/problem";
import { OutcomeBadge } from "@/components/status-badge";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { lastCallsQuery, type CallsAsked } from "./api";

interface LastCallsProps {
  /** What a credential is called. */
  nameOf: (credentialId: string) => string | undefined;
  /** One credential's or one model's calls alone. */
  of?: Pick<CallsAsked, "credential_id" | "model">;
}

/** The member's last five calls, each of which leads to its record. */
export function LastCalls({ nameOf, of = {} }: LastCallsProps) {
  const { t } = useTranslation("home");
  const { data, error, refetch, isFetching } = useQuery(lastCallsQuery(5, of));
  const columns = useColumns(nameOf, of);
  return (
    <Card
      flush
      title={t("calls.title")}
      aside={
        <Link to="/usage/calls" search={of} className="font-medium text-accent-ink hover:underline">
          {t("calls.all")}
        </Link>
      }
    >
      {error !== null && data === undefined ? (
        <ErrorState what={t("calls.failed")} error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows count={5} />
      ) : (
        <Rows
          bare
            label={t("calls.title")}
            columns={columns}
            rows={data.items}
            rowId={(call) => call.call_id}
            busy={isFetching}
            empty={<EmptyState says={t("calls.empty")} />}
          />
      )}
    </Card>
  );
}

function useColumns(nameOf: LastCallsProps["nameOf"], of: LastCallsProps["of"]): Column<MyCallRecordShown>[] {
  const { t } = useTranslation("home");
  const format = useFormat();
  return [
    { id: "time", head: t("calls.time"), place: "number", cell: (call) => <Moment at={call.started_at} as="time" /> },
    { id: "model", head: t("calls.model"), place: "title", cell: (call) => <CallLink call={call} of={of} /> },
    { id: "credential", head: t("calls.credential"), place: "wide", cell: (call) => (call.credential_id === null ? <Nothing /> : (nameOf(call.credential_id) ?? <Nothing />)) },
    { id: "input", head: t("calls.input"), place: "wide", align: "right", cell: (call) => (call.input_tokens === 0 ? <Nothing /> : <TokenCount count={call.input_tokens} />) },
    { id: "output", head: t("calls.output"), place: "wide", align: "right", cell: (call) => (call.output_tokens === 0 ? <Nothing /> : <TokenCount count={call.output_tokens} />) },
    { id: "cost", head: t("calls.cost"), place: "number", align: "right", cell: (call) => (call.outcome !== "ok" && call.input_tokens === 0 ? <span className="text-ink-3">{t("calls.not_billed")}</span> : <Money usd={call.billed_cost_usd} places={4} />) },
    { id: "duration", head: t("calls.duration"), place: "wide", align: "right", cell: (call) => <span className="tabular">{format.duration(Date.parse(call.finished_at) - Date.parse(call.started_at))}</span> },
    { id: "outcome", head: t("calls.outcome"), place: "state", cell: (call) => <OutcomeBadge outcome={call.outcome} /> },
  ];
}

function CallLink({ call, of }: { call: MyCallRecordShown; of: LastCallsProps["of"] }) {
  const named = (call.model ?? call.requested_model)?.split("/").slice(1).join("/");
  return (
    <Link to="/usage/calls" search={{ ...of, call: call.call_id }} className="font-medium hover:underline">
      {named || <Nothing />}
    </Link>
  );
}
