import type { UseQueryResult } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { ReportShown } from "@/client/schema.gen";
import { ExportButton, type FileForm } from "@/components/export-button";
import { Filters, SelectChip } from "@/components/filters";
import { Page } from "@/components/page";
import { ErrorState } from "@/components/problem";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { isRolling, MEASURES, RANGES, STEPS, whole, type ReportAsked } from "@/lib/reports";
import { Breakdown, StepTable, useGroupNames } from "./breakdown";
import { Chart } from "./chart";
import { Figures } from "./figures";

type By = ReportShown["by"];
export type View = "chart" | "table";

/** What a press on the page changes of what is asked. */
export type ReportChange<Groups extends By> = ReportAsked<Groups> & { view?: "table" | undefined };

/** A press on a group narrows the report to it, and tells its calls apart by something else. */
export interface Drill<Groups extends By, Filter extends string> {
  filter: Filter;
  then: Groups | "model";
}

type Narrowed<Filter extends string> = { [Name in Filter]?: string | undefined };

interface ReportPageProps<Groups extends By, Filter extends string> {
  title: string;
  asked: ReportAsked<Groups> & Narrowed<Filter>;
  view: View;
  onAsk: (change: ReportChange<Groups> & Narrowed<Filter>) => void;
  /** What calls can be told apart by here. */
  groups: readonly (Groups | "model")[];
  result: UseQueryResult<ReportShown>;
  onExport: (form: FileForm) => Promise<Blob>;
  /** What the report can be narrowed by, and the same as chips. */
  narrowing: readonly Filter[];
  filters?: ReactNode;
  /** Which filter a press on a group sets, and by what its calls are told apart then. */
  drills: Readonly<Record<Groups | "model", Drill<Groups, Filter>>>;
  /** In place of the share of calls that failed. */
  failures?: ReactNode;
  /** Where the calls of the report are listed. */
  calls: (report: ReportShown) => ReactNode;
}

/** Sums of calls as figures, over time and by group; what is asked for is in the address, and the dates are printed. */
export function ReportPage<Groups extends By, Filter extends string>({ title, asked, view, onAsk, groups, result, onExport, narrowing, filters, drills, failures, calls }: ReportPageProps<Groups, Filter>) {
  const { t } = useTranslation("reports");
  const [now] = useState(() => Date.now());
  const period = usePeriod(now);
  const { data: report, error, refetch, isPlaceholderData } = result;
  const full = whole(asked);
  const narrow = (to: Narrowed<Filter>, by?: Groups | "model") => onAsk({ ...to, ...(by !== undefined && { by }) } as ReportChange<Groups> & Narrowed<Filter>);
  const isNarrowed = narrowing.some((name) => asked[name] !== undefined);
  const onClear = isNarrowed ? () => narrow(Object.fromEntries(narrowing.map((name) => [name, undefined])) as Narrowed<Filter>) : undefined;
  const drill = drills[full.by];
  return (
    <Page
      title={title}
      says={report === undefined ? " " : period(report)}
      actions={
        <>
          <SelectChip
            label={t("range")}
            value={full.range}
            options={RANGES.map((value) => ({ value, label: t(`range.${value}`), group: isRolling(value) ? t("ranges.rolling") : t("ranges.calendar") }))}
            onChange={(range) => onAsk({ range: range === "this_month" ? undefined : range, each: undefined })}
          />
          <ExportButton name={`usage-${full.range}-${full.by}`} read={onExport} />
        </>
      }
    >
      {filters !== undefined && <Filters onClear={onClear}>{filters}</Filters>}
      {error !== null && report === undefined ? (
        <Card flush>
          <ErrorState what={t("failed")} error={error} onRetry={() => void refetch()} />
        </Card>
      ) : report === undefined ? (
        <>
          <Skeleton className="h-[104px]" />
          <Skeleton className="h-[340px]" />
        </>
      ) : (
        <>
          <Figures report={report} now={now} failures={failures} />
          <Card flush>
            <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5 text-dense text-ink-2">
              <SelectChip label={t("measure")} value={full.measure} options={MEASURES.map((value) => ({ value, label: t(`measure.${value}`) }))} onChange={(measure) => onAsk({ measure: measure === "billed_cost" ? undefined : measure })} />
              <SelectChip
                label={t("by")}
                value={full.by}
                options={groups.map((value) => ({ value, label: t("by_each", { what: t(`by.${value}`) }) }))}
                onChange={(by) => onAsk({ by: by === "model" || by === undefined ? undefined : by })}
              />
              <SelectChip label={t("each")} value={full.each} options={STEPS.map((value) => ({ value, label: t(`each.${value}`) }))} onChange={(each) => onAsk({ each })} />
              <ViewSwitch view={view} onView={(each) => onAsk({ view: each === "table" ? "table" : undefined })} />
            </div>
            <Over report={report} view={view} />
          </Card>
          {report.note !== null && <p className="text-dense text-ink-2">{t("overlap")}</p>}
          <Breakdown report={report} measure={report.measure} busy={isPlaceholderData} onDrill={(key) => narrow({ [drill.filter]: key } as Narrowed<Filter>, drill.then)} onClear={onClear} />
          <p className="text-dense">{calls(report)}</p>
        </>
      )}
    </Page>
  );
}

function ViewSwitch({ view, onView }: { view: View; onView: (view: View) => void }) {
  const { t } = useTranslation("reports");
  return (
    <div role="group" aria-label={t("view")} className="ml-auto inline-flex rounded-card bg-hover p-0.5">
      {(["chart", "table"] as const).map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={view === each}
          onClick={() => onView(each)}
          className="rounded-button border border-transparent px-2.5 py-0.5 text-dense text-ink-2 aria-pressed:border-line aria-pressed:bg-surface aria-pressed:font-semibold aria-pressed:text-ink coarse:min-h-11"
        >
          {t(`view.${each}`)}
        </button>
      ))}
    </div>
  );
}

function Over({ report, view }: { report: ReportShown; view: View }) {
  const nameOf = useGroupNames(report);
  if (view === "table") return <StepTable report={report} measure={report.measure} />;
  return (
    <div className="px-4 pt-4 pb-1">
      <Chart report={report} measure={report.measure} nameOf={nameOf} />
    </div>
  );
}

// The days of the calendar, or the exact moments of a window that moves on with the clock.
function usePeriod(now: number): (report: ReportShown) => string {
  const { t } = useTranslation("reports");
  const format = useFormat();
  return (report) => {
    const last = new Date(Math.min(Date.parse(report.until) - 1, Math.max(now, Date.parse(report.since))));
    if (report.range !== null && isRolling(report.range)) return t("period.rolling", { from: format.moment(report.since), to: format.moment(last), zone: report.zone });
    const first = format.day(report.since);
    return t("period.days", { days: first === format.day(last) ? first : format.days(report.since, last), zone: report.zone });
  };
}
