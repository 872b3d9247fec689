import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { MyAllocationShown } from "@/client/schema.gen";
import { Money, Slug } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { LimitBar } from "@/components/limit-bar";
import { ErrorState } from "@/components/problem";
import { StatusBadge } from "@/components/status-badge";
import { buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { paceOf } from "@/lib/pace";
import { myAllocationsQuery } from "./api";
import { tightestFirst } from "./tightness";

const SHOWN = 5;

/** What is left of each allocation, the tightest first: five, then all. */
export function WhatIsLeft() {
  const { t } = useTranslation("home");
  const { data, error, refetch } = useQuery(myAllocationsQuery);
  const [all, setAll] = useState(false);
  const [now] = useState(() => new Date());
  const sorted = tightestFirst(data?.items ?? [], now);
  const shown = all ? sorted : sorted.slice(0, SHOWN);
  return (
    <Card
      flush
      title={t("left.title")}
      aside={
        <span className="flex items-center gap-2 text-small">
          <span aria-hidden className="h-3 w-0.5 bg-ink" />
          {t("left.today")}
        </span>
      }
    >
      {error !== null && data === undefined ? (
        <ErrorState what={t("left.failed")} error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows count={3} rowClass="h-[77px]" />
      ) : sorted.length === 0 ? (
        <EmptyState
          says={t("left.empty")}
          action={
            <Link to="/catalog" className={buttonClass()}>
              {t("left.claim")}
            </Link>
          }
        />
      ) : (
        <ul className="divide-y divide-line">
          {shown.map((each) => (
            <li key={each.id} className="px-4 py-3">
              <Left allocation={each} now={now} />
            </li>
          ))}
          {sorted.length > SHOWN && (
            <li className="px-4 py-2.5">
              <button type="button" aria-expanded={all} onClick={() => setAll(!all)} className="text-dense font-medium text-accent-ink">
                {all ? t("left.fewer") : t("left.all", { count: sorted.length })}
              </button>
            </li>
          )}
        </ul>
      )}
    </Card>
  );
}

function Left({ allocation, now }: { allocation: MyAllocationShown; now: Date }) {
  const { t } = useTranslation("home");
  const name = (
    <Link to="/catalog/$" params={{ _splat: allocation.model }} className="hover:underline">
      <Slug slug={allocation.model} />
    </Link>
  );
  if (allocation.state !== "active") {
    return (
      <div className="flex flex-col gap-1">
        <div className="flex flex-wrap items-baseline justify-between gap-2">
          {name}
          <StatusBadge state={`allocation.${allocation.state}`} />
        </div>
        {allocation.state_reason !== "" && <p className="text-dense text-ink-2">{t("left.reason", { reason: allocation.state_reason })}</p>}
      </div>
    );
  }
  const limited = allocation.limits.filter((limit) => limit.limit !== null);
  const [tightest] = [...limited].sort((a, b) => Number(a.left ?? 0) / Number(a.limit ?? 1) - Number(b.left ?? 0) / Number(b.limit ?? 1));
  if (tightest === undefined) {
    const cost = allocation.limits.find((limit) => limit.metric === "cost");
    return (
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        {name}
        <span className="text-dense text-ink-3">
          {t("left.no_limit")} · <Money usd={cost?.used ?? "0"} /> {t("left.used")}
        </span>
      </div>
    );
  }
  return <LimitBar name={name} limit={tightest} now={now} key={paceOf(tightest, now).state} />;
}
