import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { ReportShown } from "@/client/schema.gen";
import { Money, Nothing, Slug, TokenCount } from "@/components/amounts";
import { MonthBars } from "@/components/month-bars";
import { ErrorState } from "@/components/problem";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { busiestQuery, monthQuery, slowestQuery, todayQuery } from "./api";

const SLOWEST_SHOWN = 5;

/** Four figures of the whole gateway, each with its period. */
export function Figures() {
  const { t } = useTranslation("admin");
  const format = useFormat();
  const month = useQuery(monthQuery(format.zone));
  const today = useQuery(todayQuery(format.zone));
  const slow = useQuery(slowestQuery(format.zone));
  const failed = today.data?.total;
  return (
    <div className="grid gap-px overflow-hidden rounded-card border border-line bg-line md:grid-cols-2 lg:grid-cols-4">
      <Figure label={t("figure.spend")} says={month.data && t("figure.spend_says", { count: month.data.total.calls, calls: format.count(month.data.total.calls) })}>
        {month.data && <Money usd={month.data.total.billed_cost_usd} />}
      </Figure>
      <Figure label={t("figure.calls")} says={failed && t("figure.calls_says", { count: failed.failed_calls, calls: format.count(failed.failed_calls) })}>
        {failed && <TokenCount short count={failed.calls} />}
      </Figure>
      <Figure label={t("figure.errors")} says={today.data && t("figure.today", { zone: today.data.zone })}>
        {failed && (failed.failed_share === null ? <Nothing /> : `${(failed.failed_share * 100).toFixed(2)}%`)}
      </Figure>
      <Figure label={t("figure.first_byte")} says={slow.data && t("figure.streamed", { count: slow.data.total.first_byte_calls, calls: format.count(slow.data.total.first_byte_calls) })}>
        {slow.data && <Duration ms={slow.data.total.first_byte.p50_ms} />}
      </Figure>
    </div>
  );
}

function Figure({ label, says, children }: { label: string; says: ReactNode; children: ReactNode }) {
  return (
    <div className="bg-surface px-4 py-3">
      <p className="text-dense text-ink-2">{label}</p>
      <div className="tabular min-h-[30px] text-[1.5rem] leading-[30px] font-semibold">{children ?? <Skeleton className="h-7 w-24" />}</div>
      <p className="min-h-4 text-small text-ink-3">{says}</p>
    </div>
  );
}

function Duration({ ms }: { ms: number | null }) {
  const format = useFormat();
  return ms === null ? <Nothing /> : <span className="tabular">{format.duration(ms)}</span>;
}

/** What each day of this month cost, and each provider. */
export function Spend() {
  const { t } = useTranslation("admin");
  const { zone } = useFormat();
  const { data, error, refetch } = useQuery(monthQuery(zone));
  return (
    <Card title={t("spend.title")}>
      {data === undefined ? (
        error !== null ? (
          <ErrorState what={t("spend.failed")} error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton className="h-[260px]" />
        )
      ) : (
        <>
          <MonthBars report={data} />
          <ul className="-mx-4 mt-3 -mb-4 flex flex-col gap-1.5 border-t border-line px-4 py-3 text-dense">
            {data.items.map((item) => (
              <li key={`${item.kind} ${item.key}`} className="flex justify-between gap-3">
                <span className="min-w-0 break-words">{item.name ?? item.key ?? t(item.kind === "other" ? "spend.other" : "spend.none")}</span>
                <Money usd={item.billed_cost_usd} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

/** Why calls of today were refused or failed, by code. */
export function Refused() {
  const { t } = useTranslation("admin");
  const format = useFormat();
  const { data, error, refetch } = useQuery(todayQuery(format.zone));
  const refused = (data?.items ?? []).filter((item) => item.key !== "ok");
  const most = Math.max(1, ...refused.map((item) => item.calls));
  return (
    <Card title={t("refused.title")} aside={data && format.count(data.total.failed_calls)}>
      {data === undefined ? (
        error !== null ? (
          <ErrorState what={t("spend.failed")} error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton className="h-40" />
        )
      ) : refused.length === 0 ? (
        <p className="text-dense text-ink-2">{t("refused.none")}</p>
      ) : (
        <ul className="flex flex-col gap-2.5 text-dense">
          {refused.map((item) => (
            <li key={`${item.kind} ${item.key}`}>
              <span className="flex justify-between gap-3">
                <code className="min-w-0 font-mono text-code break-words">{item.key ?? t("spend.other")}</code>
                <span className="tabular">{format.count(item.calls)}</span>
              </span>
              <Bar share={item.calls / most} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Bar({ share }: { share: number }) {
  return (
    <span aria-hidden className="mt-1 block h-1 rounded-full bg-line">
      <span className="block h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
    </span>
  );
}

/** Whose calls cost most this month. */
export function Busiest() {
  const { t } = useTranslation("admin");
  const { zone } = useFormat();
  const { data, error, refetch } = useQuery(busiestQuery(zone));
  const rows = (data?.items ?? []).filter((item) => item.kind === "group");
  const most = Math.max(1e-9, ...rows.map((item) => Number(item.billed_cost_usd)));
  return (
    <Card flush title={t("busiest.title")} aside={t("busiest.period")}>
      {data === undefined ? (
        error !== null ? (
          <ErrorState what={t("spend.failed")} error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton className="m-4 h-32" />
        )
      ) : rows.length === 0 ? (
        <p className="px-4 py-4 text-dense text-ink-2">{t("busiest.none")}</p>
      ) : (
        <ul className="divide-y divide-line text-dense">
          {rows.map((item) => (
            <li key={item.key} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 px-4 py-2.5 md:grid-cols-[minmax(0,1fr)_minmax(0,8rem)_5.5rem]">
              <Busy item={item} />
              {/* On a phone below both: beside them it would leave names no room. */}
              <div className="phone:order-last phone:col-span-2">
                <Bar share={Number(item.billed_cost_usd) / most} />
              </div>
              <span className="text-right">
                <Money usd={item.billed_cost_usd} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Busy({ item }: { item: ReportShown["items"][number] }) {
  if (item.key === null || item.deleted) return <span className="break-words">{item.name ?? item.key}</span>;
  return (
    <Link to="/admin/members/$id" params={{ id: item.key }} className="break-words font-medium hover:underline">
      {item.name ?? item.key}
    </Link>
  );
}

/** The models that took longest in the last 24 hours: half of first bytes, and 95 % of whole answers. */
export function Slowest() {
  const { t } = useTranslation("admin");
  const { zone } = useFormat();
  const { data, error, refetch } = useQuery(slowestQuery(zone));
  const rows = [...(data?.items ?? [])].sort((a, b) => (b.whole.p95_ms ?? 0) - (a.whole.p95_ms ?? 0)).slice(0, SLOWEST_SHOWN);
  return (
    <Card flush title={t("slowest.title")} aside={t("slowest.period")}>
      {data === undefined ? (
        error !== null ? (
          <ErrorState what={t("spend.failed")} error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton className="m-4 h-32" />
        )
      ) : rows.length === 0 ? (
        <p className="px-4 py-4 text-dense text-ink-2">{t("slowest.none")}</p>
      ) : (
        <table className="w-full text-dense">
          <thead className="text-small text-ink-3">
            <tr>
              <th scope="col" className="px-4 py-1.5 text-left font-medium">{t("slowest.model")}</th>
              <th scope="col" className="px-2 py-1.5 text-right font-medium">{t("slowest.first_byte")}</th>
              <th scope="col" className="px-4 py-1.5 text-right font-medium">{t("slowest.whole")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((item) => (
              <tr key={item.key} className="border-t border-line">
                <td className="px-4 py-2.5 wrap-anywhere">{item.key === null ? <Nothing /> : <Slug slug={item.key} />}</td>
                <td className="px-2 py-2.5 text-right">
                  <Duration ms={item.first_byte.p50_ms} />
                </td>
                <td className="px-4 py-2.5 text-right">
                  <Duration ms={item.whole.p95_ms} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
