import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { ReportShown, SumsShown } from "@/client/schema.gen";
import { Money, TokenCount } from "@/components/amounts";
import { ExportButton } from "@/components/export-button";
import { Filters, SelectChip, SetChip } from "@/components/filters";
import { Page } from "@/components/page";
import { ErrorState } from "@/components/problem";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { shortUsd } from "@/lib/money";
import { BYS, exportReport, filterNameQuery, FILTERS, MEASURES, RANGES, reportQuery, STEPS, whole, type Filter, type SpendAsked } from "./api";
import { Breakdown, StepTable, useGroupNames } from "./breakdown";
import { Chart } from "./chart";

interface SpendProps {
  asked: SpendAsked;
  view: "chart" | "table";
  onAsk: (change: Partial<Record<keyof SpendAsked, string | undefined>> & { view?: "table" | undefined }) => void;
}

/** Where the money went, by whatever it is told apart; what is asked for is in the address. */
export function SpendPage({ asked, view, onAsk }: SpendProps) {
  const { t } = useTranslation("spend");
  const format = useFormat();
  const { data: report, error, refetch, isPlaceholderData } = useQuery(reportQuery(asked, format.zone));
  const full = whole(asked);
  const [openedAt] = useState(() => Date.now());
  const set = FILTERS.filter((filter) => asked[filter] !== undefined);
  const clear = () => onAsk(Object.fromEntries(FILTERS.map((filter) => [filter, undefined])));
  return (
    <Page
      title={t("title")}
      says={report === undefined ? " " : t("period", { from: format.day(report.since), to: format.day(new Date(Math.min(Date.parse(report.until) - 1, openedAt))), zone: report.zone })}
      actions={
        <>
          <SelectChip label={t("range")} value={full.range} options={RANGES.map((value) => ({ value, label: t(`range.${value}`) }))} onChange={(range) => onAsk({ range: range === "this_month" ? undefined : range, each: undefined })} />
          <ExportButton name={`usage-${full.range}-${full.by}`} read={(form) => exportReport(asked, format.zone, form)} />
        </>
      }
    >
      {set.length > 0 && (
        <Filters onClear={clear}>
          {set.map((filter) => (
            <FilterChip key={filter} filter={filter} value={asked[filter] ?? ""} onClear={() => onAsk({ [filter]: undefined })} />
          ))}
        </Filters>
      )}
      {error !== null && report === undefined ? (
        <Card flush>
          <ErrorState what={t("failed")} error={error} onRetry={() => void refetch()} />
        </Card>
      ) : report === undefined ? (
        <Card>
          <Skeleton className="h-[340px]" />
        </Card>
      ) : (
        <>
          <Figures total={report.total} />
          <Card flush>
            <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5 text-dense text-ink-2">
              <SelectChip label={t("measure")} value={full.measure} options={MEASURES.map((value) => ({ value, label: t(`measure.${value}`) }))} onChange={(measure) => onAsk({ measure: measure === "billed_cost" ? undefined : measure })} />
              <SelectChip label={t("by")} value={full.by} options={BYS.map((value) => ({ value, label: t("by_each", { what: t(`by.${value}`) }) }))} onChange={(by) => onAsk({ by: by === "model" ? undefined : by })} />
              <SelectChip label={t("each")} value={full.each} options={STEPS.map((value) => ({ value, label: t(`each.${value}`) }))} onChange={(each) => onAsk({ each })} />
              <div role="group" aria-label={t("view")} className="ml-auto inline-flex rounded-card bg-hover p-0.5">
                {(["chart", "table"] as const).map((each) => (
                  <button
                    key={each}
                    type="button"
                    aria-pressed={view === each}
                    onClick={() => onAsk({ view: each === "table" ? "table" : undefined })}
                    className="rounded-button border border-transparent px-2.5 py-0.5 text-dense text-ink-2 aria-pressed:border-line aria-pressed:bg-surface aria-pressed:font-semibold aria-pressed:text-ink coarse:min-h-11"
                  >
                    {t(`view.${each}`)}
                  </button>
                ))}
              </div>
            </div>
            <Over report={report} view={view} measure={full.measure} />
          </Card>
          {report.note !== null && <p className="text-dense text-ink-2">{t("overlap")}</p>}
          <Breakdown report={report} measure={full.measure} busy={isPlaceholderData} onDrill={(filter, value, by) => onAsk({ [filter]: value, by })} onClear={set.length > 0 ? clear : undefined} />
          <p className="text-dense">
            <Link to="/admin/calls" search={{ ...callFilters(asked), range: "custom", since: report.since, until: report.until }} className="font-medium text-accent-ink hover:underline">
              {t("see_calls")}
            </Link>
          </p>
        </>
      )}
    </Page>
  );
}

function Over({ report, view, measure }: { report: ReportShown; view: "chart" | "table"; measure: ReportShown["measure"] }) {
  const nameOf = useGroupNames(report);
  if (view === "table") return <StepTable report={report} measure={measure} />;
  return (
    <div className="px-4 pt-4 pb-1">
      <Chart report={report} measure={measure} nameOf={nameOf} />
    </div>
  );
}

// Those that the list of calls can be narrowed to as well.
function callFilters({ member_id, model, provider, credential_id, tag_id, outcome, allocation_id }: SpendAsked) {
  return { member_id, model, provider, credential_id, tag_id, outcome, allocation_id };
}

function FilterChip({ filter, value, onClear }: { filter: Filter; value: string; onClear: () => void }) {
  const { t } = useTranslation("spend");
  const name = useQuery(filterNameQuery(filter, value)).data ?? value.slice(0, 12);
  return <SetChip name={t(`filter.${filter}`)} value={name} onClear={onClear} />;
}

function Figures({ total }: { total: SumsShown }) {
  const { t } = useTranslation("spend");
  const format = useFormat();
  const share = total.input_tokens === 0 ? 0 : Math.round((total.cached_read_tokens / total.input_tokens) * 100);
  const figures = [
    { name: t("measure.billed_cost"), value: <Money usd={total.billed_cost_usd} />, says: total.unpriced_calls > 0 ? t("figure.unpriced", { count: total.unpriced_calls }) : t("figure.list", { usd: shortUsd(total.list_cost_usd) }), isWarning: total.unpriced_calls > 0 },
    { name: t("measure.calls"), value: <TokenCount count={total.calls} />, says: "" },
    { name: t("figure.input"), value: <TokenCount short count={total.input_tokens} />, says: t("figure.cached", { percent: share }) },
    { name: t("figure.output"), value: <TokenCount short count={total.output_tokens} />, says: t("figure.reasoning", { tokens: format.count(total.reasoning_tokens) }) },
    { name: t("figure.failed"), value: <TokenCount count={total.failed_calls} />, says: total.failed_share === null ? "" : t("figure.share", { percent: format.count(Math.round(total.failed_share * 1000) / 10) }) },
  ];
  return (
    <dl className="grid grid-cols-2 overflow-hidden rounded-card border border-line bg-surface md:grid-cols-5">
      {figures.map((figure) => (
        <div key={figure.name} className="border-line px-4 py-3.5 not-first:border-l phone:border-t phone:border-l-0">
          <dt className="text-dense text-ink-2">{figure.name}</dt>
          <dd>
            <span className="text-[1.5rem] leading-[30px] font-semibold">{figure.value}</span>
            <span className={figure.isWarning === true ? "block min-h-4 text-small text-warn-ink" : "block min-h-4 text-small text-ink-3"}>{figure.says}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
