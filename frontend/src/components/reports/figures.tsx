import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { ReportShown } from "@/client/schema.gen";
import { Money, TokenCount } from "@/components/amounts";
import { useFormat } from "@/lib/format";
import { shortUsd } from "@/lib/money";

const DAY_MS = 86_400_000;

interface FiguresProps {
  report: ReportShown;
  /** Up to when there can have been calls. */
  now: number;
  /** In place of the share of calls that failed. */
  failures?: ReactNode;
}

/** The five figures of a report: each equals the ledger, and says what it does not hold. */
export function Figures({ report, now, failures }: FiguresProps) {
  const { t } = useTranslation("reports");
  const format = useFormat();
  const { total } = report;
  const days = Math.ceil((Math.min(now, Date.parse(report.until)) - Date.parse(report.since)) / DAY_MS);
  const share = total.input_tokens === 0 ? 0 : Math.round((total.cached_read_tokens / total.input_tokens) * 100);
  const parts = [
    total.unpriced_calls > 0 && t("figure.without_unpriced", { count: total.unpriced_calls }),
    Number(total.estimated_cost_usd) > 0 && t("figure.estimated", { usd: shortUsd(total.estimated_cost_usd) }),
  ].filter((part) => part !== false);
  const figures: { name: string; value: ReactNode; says: ReactNode; isWarning?: boolean }[] = [
    parts.length > 0
      ? { name: t("measure.billed_cost"), value: <Money usd={total.billed_cost_usd} />, says: parts.map((part) => <span key={part} className="block">{part}</span>), isWarning: total.unpriced_calls > 0 }
      : { name: t("measure.billed_cost"), value: <Money usd={total.billed_cost_usd} />, says: t("figure.list", { usd: shortUsd(total.list_cost_usd) }) },
    { name: t("measure.calls"), value: <TokenCount count={total.calls} />, says: days < 2 || total.calls === 0 ? "" : t("figure.a_day", { count: format.count(Math.round((total.calls / days) * 10) / 10) }) },
    { name: t("figure.input"), value: <TokenCount short count={total.input_tokens} />, says: t("figure.cached", { percent: share }) },
    { name: t("figure.output"), value: <TokenCount short count={total.output_tokens} />, says: t("figure.reasoning", { tokens: format.count(total.reasoning_tokens) }) },
    { name: t("figure.failed"), value: <TokenCount count={total.failed_calls} />, says: failures ?? (total.failed_share === null ? "" : t("figure.share", { percent: format.count(Math.round(total.failed_share * 1000) / 10) })) },
  ];
  return (
    <dl className="grid grid-cols-2 overflow-hidden rounded-card border border-line bg-surface md:grid-cols-5">
      {figures.map((figure) => (
        <div key={figure.name} className="border-line px-4 py-3.5 not-first:border-l phone:border-t phone:border-l-0 phone:first:col-span-2 phone:first:border-t-0">
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
