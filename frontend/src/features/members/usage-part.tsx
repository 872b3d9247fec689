import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { ReportShown } from "@/client/schema.gen";
import { Money, Nothing, Slug, TokenCount } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { MonthBars } from "@/components/month-bars";
import { ErrorState } from "@/components/problem";
import { Rows, type Column } from "@/components/rows";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { usageOfQuery } from "./held-api";

type Row = ReportShown["items"][number];

/** What a member's calls of this calendar month came to, by day and by model, as the ledger has them. */
export function UsagePart({ memberId }: { memberId: string }) {
  const { t } = useTranslation("people");
  const { data, error, refetch } = useQuery(usageOfQuery(memberId));
  if (data === undefined) {
    return <Card flush>{error !== null ? <ErrorState what={t("usage.failed")} error={error} onRetry={() => void refetch()} /> : <Skeleton className="h-[260px]" />}</Card>;
  }
  const columns: Column<Row>[] = [
    { id: "model", head: t("column.model"), place: "title", cell: (row) => (row.key === null ? t(row.kind === "other" ? "usage.other" : "usage.none") : <Slug slug={row.key} />) },
    { id: "calls", head: t("usage.calls"), place: "number", align: "right", cell: (row) => <TokenCount count={row.calls} /> },
    { id: "failed", head: t("usage.failed_calls"), place: "number", align: "right", cell: (row) => (row.failed_calls === 0 ? <Nothing /> : <TokenCount count={row.failed_calls} />) },
    { id: "input", head: t("usage.input"), place: "number", align: "right", cell: (row) => <TokenCount count={row.input_tokens} /> },
    { id: "output", head: t("usage.output"), place: "number", align: "right", cell: (row) => <TokenCount count={row.output_tokens} /> },
    { id: "cost", head: t("usage.cost"), place: "state", align: "right", cell: (row) => <Money usd={row.billed_cost_usd} /> },
  ];
  return (
    <>
      <Card
        title={t("usage.title")}
        aside={
          <Link to="/admin/calls" search={{ member_id: memberId, range: "month" }} className="text-dense font-medium text-accent-ink hover:underline">
            {t("usage.all_calls")}
          </Link>
        }
      >
        <p className="text-figure">
          <Money usd={data.total.billed_cost_usd} />
        </p>
        <MonthBars report={data} />
      </Card>
      <Rows label={t("usage.by_model")} columns={columns} rows={data.items} rowId={(row) => `${row.kind} ${row.key}`} empty={<EmptyState says={t("usage.empty")} />} />
    </>
  );
}
