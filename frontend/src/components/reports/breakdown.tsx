import { clsx } from "clsx";
import { useTranslation } from "react-i18next";

import type { AiApiPortalReportsShownStepShown as StepShown, ReportShown, RowShown } from "@/client/schema.gen";
import { Money, Nothing, Slug, TokenCount } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { Rows, type Column } from "@/components/rows";
import { Button } from "@/components/ui/button";
import { useFormat } from "@/lib/format";
import type { Measure } from "@/lib/reports";
import { coloursOf, stepName } from "./chart";
import { Amount, drawn, groupId } from "./measures";

/** What each group of a report is called; those without a name of their own are named too. */
export function useGroupNames(report: ReportShown): (id: string) => string {
  const { t } = useTranslation("reports");
  const names = new Map(report.items.map((row) => [groupId(row), row]));
  return (id) => {
    const row = names.get(id);
    if (row === undefined || row.kind === "other") return t("other", { count: Math.max(0, report.groups - report.items.filter((each) => each.kind === "group").length) });
    if (row.kind === "none") return t(`none.${report.by}`);
    return row.name ?? row.key ?? "";
  };
}

interface BreakdownProps {
  report: ReportShown;
  measure: Measure;
  busy: boolean;
  /** Narrows the report to the group of a key. */
  onDrill: (key: string) => void;
  onClear: (() => void) | undefined;
}

/** The groups of a report with their amounts and a total that equals the ledger; it is the legend of the chart as well. */
export function Breakdown({ report, measure, busy, onDrill, onClear }: BreakdownProps) {
  const { t } = useTranslation(["reports", "shared"]);
  const columns = useColumns(report, measure, onDrill);
  return (
    <Rows
      label={t("breakdown")}
      columns={columns}
      rows={report.items}
      rowId={groupId}
      busy={busy}
      empty={<EmptyState says={t("empty")} action={onClear && <Button onClick={onClear}>{t("shared:list.clear")}</Button>} />}
      total={{
        group: t("total"),
        calls: <TokenCount count={report.total.calls} />,
        failed: report.total.failed_calls === 0 ? <Nothing /> : <TokenCount count={report.total.failed_calls} />,
        input: <TokenCount count={report.total.input_tokens} />,
        output: <TokenCount count={report.total.output_tokens} />,
        billed: <Money usd={report.total.billed_cost_usd} />,
      }}
    />
  );
}

function useColumns(report: ReportShown, measure: Measure, onDrill: BreakdownProps["onDrill"]): Column<RowShown>[] {
  const { t } = useTranslation("reports");
  const format = useFormat();
  const nameOf = useGroupNames(report);
  const whole = drawn(report.total, measure);
  const index = new Map(report.items.map((row, at) => [groupId(row), at]));
  const colour = (row: RowShown) => coloursOf(index.get(groupId(row)) ?? 99).dot;
  return [
    {
      id: "group",
      head: t(`by.${report.by}`),
      place: "title",
      cell: (row) => (
        <span className="flex items-center gap-2.5">
          <span aria-hidden className={clsx("size-2.5 shrink-0 rounded-badge", colour(row))} />
          <span className="min-w-0">
            {row.kind === "group" && row.key !== null ? (
              <button type="button" onClick={() => onDrill(row.key ?? "")} className="text-left hover:underline">
                {report.by === "model" ? <Slug slug={nameOf(groupId(row))} /> : <span className="font-medium">{nameOf(groupId(row))}</span>}
              </button>
            ) : (
              <span className="text-ink-2">{nameOf(groupId(row))}</span>
            )}
            {row.detail !== null && row.detail !== nameOf(groupId(row)) && <span className="block text-small text-ink-3">{row.detail}</span>}
            {row.deleted && <span className="block text-small text-ink-3">{t("deleted")}</span>}
          </span>
        </span>
      ),
    },
    {
      id: "share",
      head: t("share"),
      place: "wide",
      cell: (row) => {
        const share = whole === 0 ? 0 : drawn(row, measure) / whole;
        return (
          <span className="flex items-center gap-2.5">
            <svg aria-hidden viewBox="0 0 100 4" preserveAspectRatio="none" className="h-1.5 w-32 rounded-full bg-hover">
              <rect width={share * 100} height="4" className={coloursOf(index.get(groupId(row)) ?? 99).fill} />
            </svg>
            <span className="tabular text-ink-2">{share > 0 && share < 0.001 ? t("percent.under", { percent: format.count(0.1) }) : t("percent", { percent: format.count(Math.round(share * 1000) / 10) })}</span>
          </span>
        );
      },
    },
    { id: "calls", head: t("measure.calls"), place: "number", align: "right", cell: (row) => <TokenCount count={row.calls} /> },
    { id: "failed", head: t("figure.failed"), place: "wide", align: "right", cell: (row) => (row.failed_calls === 0 ? <Nothing /> : <TokenCount count={row.failed_calls} />) },
    { id: "input", head: t("figure.input"), place: "number", align: "right", cell: (row) => <TokenCount count={row.input_tokens} /> },
    { id: "output", head: t("figure.output"), place: "wide", align: "right", cell: (row) => <TokenCount count={row.output_tokens} /> },
    {
      id: "billed",
      head: t("measure.billed_cost"),
      place: "state",
      align: "right",
      cell: (row) => (
        <span>
          {/* What nobody knows is no zero. */}
          <Money usd={row.unpriced_calls > 0 && row.unpriced_calls === row.calls ? null : row.billed_cost_usd} />
          {row.unpriced_calls > 0 && <span className="block text-small text-warn-ink">{t("figure.unpriced", { count: row.unpriced_calls })}</span>}
        </span>
      ),
    },
  ];
}

/** The numbers of the chart as a table: a row for each step of time. */
export function StepTable({ report, measure }: { report: ReportShown; measure: Measure }) {
  const { t } = useTranslation("reports");
  const format = useFormat();
  const steps = (report.steps ?? []).filter((step) => step.total.calls > 0);
  const columns: Column<StepShown>[] = [
    { id: "step", head: t("column.time"), place: "title", cell: (step) => stepName(step.since, report, format, true) },
    { id: "amount", head: t(`measure.${measure}`), place: "number", align: "right", cell: (step) => <Amount sums={step.total} measure={measure} /> },
    { id: "calls", head: t("measure.calls"), place: "number", align: "right", cell: (step) => <TokenCount count={step.total.calls} /> },
    { id: "input", head: t("figure.input"), place: "number", align: "right", cell: (step) => <TokenCount count={step.total.input_tokens} /> },
    { id: "output", head: t("figure.output"), place: "number", align: "right", cell: (step) => <TokenCount count={step.total.output_tokens} /> },
  ];
  return (
    <div className="-m-px">
      <Rows label={t("view.table")} columns={columns} rows={steps} rowId={(step) => step.since} empty={<EmptyState says={t("empty")} />} />
    </div>
  );
}
