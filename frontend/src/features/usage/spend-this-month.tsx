import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Money, Slug } from "@/components/amounts";
import { MonthBars } from "@/components/month-bars";
import { ErrorState } from "@/components/problem";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { thisMonthQuery, type UseOf } from "./api";

const MODELS_SHOWN = 3;

/** What the calls of this calendar month came to: the sum, its days, and the three models that cost most, unless it is of one. */
export function SpendThisMonth({ of = {}, wide = false }: { of?: UseOf; wide?: boolean }) {
  const { t } = useTranslation("home");
  const { zone } = useFormat();
  const { data, error, refetch } = useQuery(thisMonthQuery(of, zone));
  if (error !== null && data === undefined) {
    return (
      <Card flush title={t("spend.title")}>
        <ErrorState what={t("spend.failed")} error={error} onRetry={() => void refetch()} />
      </Card>
    );
  }
  if (data === undefined) {
    return (
      <Card title={t("spend.title")}>
        <Skeleton className="h-[220px]" />
      </Card>
    );
  }
  // A refused call may be of no model at all, and cost nothing.
  const named = of.model !== undefined ? [] : data.items.flatMap(({ kind, key, billed_cost_usd }) => (kind !== "group" || key === null ? [] : [{ model: key, usd: billed_cost_usd }]));
  return (
    <Card
      title={t("spend.title")}
      aside={
        <Link to="/usage" search={of} className="font-medium text-accent-ink hover:underline">
          {t("spend.all")}
        </Link>
      }
    >
      <p className="text-figure">
        <Money usd={data.total.billed_cost_usd} />
      </p>
      <MonthBars report={data} narrow={!wide} />
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
