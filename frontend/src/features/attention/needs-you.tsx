import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Moment } from "@/components/amounts";
import { ErrorState } from "@/components/problem";
import { buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { attentionQuery } from "./api";
import { placeOf } from "./places";

/** What needs an administrator now, the most harmful first. */
export function NeedsYou() {
  const { t } = useTranslation("admin");
  const { data, error, refetch } = useQuery(attentionQuery);
  return (
    <Card flush title={t("needs.title")} aside={data && <>{t("needs.looked")} <Moment at={data.looked_at} as="time" /></>}>
      {error !== null && data === undefined ? (
        <ErrorState what={t("needs.failed")} error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows count={3} rowClass="h-14" />
      ) : data.items.length === 0 ? (
        <p className="flex items-center gap-2.5 px-4 py-4 text-dense text-ink-2">
          <CircleCheck aria-hidden size={16} className="text-ok-ink" />
          {t("needs.nothing")}
        </p>
      ) : (
        <ul className="divide-y divide-line">
          {data.items.map((finding) => {
            const place = placeOf(finding.target);
            const Icon = finding.severity === "critical" ? CircleAlert : TriangleAlert;
            return (
              <li key={finding.code} className="flex gap-3 px-4 py-3">
                <Icon aria-hidden size={16} className={finding.severity === "critical" ? "mt-0.5 shrink-0 text-bad-ink" : "mt-0.5 shrink-0 text-warn-ink"} />
                <div className="min-w-0 grow">
                  <p className="text-body font-medium">{finding.words}</p>
                  <p className="text-dense text-ink-2">{finding.affected.map((each) => each.name).join(", ")}</p>
                </div>
                {finding.since !== null && (
                  <span className="shrink-0 text-dense text-ink-3">
                    <Moment at={finding.since} as="ago" />
                  </span>
                )}
                {place !== null && (
                  <Link to={place.to} search={place.search} className={buttonClass("default", true)}>
                    {t("needs.open")}
                  </Link>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
