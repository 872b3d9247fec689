import { clsx } from "clsx";
import { useTranslation } from "react-i18next";

import type { ReportShown } from "@/client/schema.gen";
import { dayIn, daysOfMonth } from "@/lib/days";
import { useFormat } from "@/lib/format";
import { formatUsd } from "@/lib/money";
import { DayBars } from "./day-bars";

/** The days of this month in a report that has a step for each day: its dates, what of it has no price, and the bars; `narrow` in a side column. */
export function MonthBars({ report, narrow = false }: { report: Pick<ReportShown, "since" | "zone" | "steps" | "total">; narrow?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = dayIn(new Date(), report.zone);
  const byDay = new Map((report.steps ?? []).map((step) => [dayIn(new Date(step.since), report.zone), step.total.billed_cost_usd]));
  const days = daysOfMonth(today).map((day) => ({ day, usd: day > today ? null : (byDay.get(day) ?? "0") }));
  const period = t("month.period", { from: format.day(`${dayIn(new Date(report.since), report.zone)}T12:00:00Z`), to: format.day(`${today}T12:00:00Z`), zone: report.zone });
  const bars = { caption: t("month.caption", { total: formatUsd(report.total.billed_cost_usd), period }), days, today, heads: { day: t("month.day"), amount: t("month.amount") } };
  return (
    <>
      <p className="mb-3 text-small text-ink-3">
        {period}
        {report.total.unpriced_calls > 0 && <span className="block text-warn-ink">{t("month.unpriced", { count: report.total.unpriced_calls })}</span>}
      </p>
      {/* One of the two is there: letters of a wide one would be too small on a phone. */}
      <div className={clsx(!narrow && "md:hidden")}>
        <DayBars {...bars} />
      </div>
      {!narrow && (
        <div className="hidden max-w-[660px] md:block">
          <DayBars {...bars} wide />
        </div>
      )}
    </>
  );
}
