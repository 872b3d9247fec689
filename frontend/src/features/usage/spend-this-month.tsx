import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Money, Slug } from "@/components/amounts";
import { DayBars } from "@/components/day-bars";
import { ErrorState } from "@/components/problem";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { dayIn, daysOfMonth, momentOf } from "@/lib/days";
import { useFormat } from "@/lib/format";
import { formatUsd, sumUsd } from "@/lib/money";
import { thisMonthQuery } from "./api";

const MODELS_SHOWN = 3;

/** What the calls of this calendar month came to: the sum, its days, and the three models that cost most. */
export function SpendThisMonth() {
  const { t } = useTranslation("home");
  const format = useFormat();
  const days = useQuery(thisMonthQuery("day"));
  const models = useQuery(thisMonthQuery("model"));
  if (days.error !== null && days.data === undefined) {
    return (
      <Card flush title={t("spend.title")}>
        <ErrorState what={t("spend.failed")} error={days.error} onRetry={() => void days.refetch()} />
      </Card>
    );
  }
  if (days.data === undefined) {
    return (
      <Card title={t("spend.title")}>
        <Skeleton className="h-[220px]" />
      </Card>
    );
  }
  const { since, zone, items } = days.data;
  const today = dayIn(new Date(), zone);
  // A refused call may be of no model at all, and cost nothing.
  const named = (models.data?.items ?? []).flatMap(({ model, billed_cost_usd }) => (model === null ? [] : [{ model, usd: billed_cost_usd }]));
  const total = sumUsd(items.map((item) => item.billed_cost_usd));
  const unpriced = items.reduce((sum, item) => sum + item.unpriced_calls, 0);
  const byDay = new Map(items.map((item) => [item.day, item.billed_cost_usd]));
  const all = daysOfMonth(today).map((day) => ({ day, usd: day > today ? null : (byDay.get(day) ?? "0") }));
  const period = t("spend.period", { days: format.days(momentOf(dayIn(new Date(since), zone), zone).toISOString(), momentOf(today, zone).toISOString()) });
  return (
    <Card
      title={t("spend.title")}
      aside={
        <Link to="/usage" className="font-medium text-accent-ink hover:underline">
          {t("spend.all")}
        </Link>
      }
    >
      <p className="text-figure">
        <Money usd={total} />
      </p>
      <p className="mb-3 text-small text-ink-3">
        {period}
        {unpriced > 0 && <span className="block text-warn-ink">{t("spend.unpriced", { count: unpriced })}</span>}
      </p>
      <DayBars caption={t("spend.caption", { total: formatUsd(total), period })} days={all} today={today} heads={{ day: t("spend.day"), amount: t("spend.amount") }} />
      {named.length > 0 && (
        <ul className="-mx-4 mt-3 -mb-4 flex flex-col gap-1.5 border-t border-line px-4 py-3 text-dense">
          {named.slice(0, MODELS_SHOWN).map(({ model, usd }) => (
            <li key={model} className="flex justify-between gap-3">
              <Slug slug={model} />
              <Money usd={usd} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
