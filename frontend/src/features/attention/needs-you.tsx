import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { AttentionShown } from "@/client/schema.gen";
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
          {data.items.map((finding) => (
            <Item key={finding.code} finding={finding} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Item({ finding }: { finding: AttentionShown["items"][number] }) {
  const { t } = useTranslation("admin");
  const place = placeOf(finding);
  const Icon = finding.severity === "critical" ? CircleAlert : TriangleAlert;
  const shown = finding.affected.map((each) => each.name).join(", ");
  const more = finding.count - finding.affected.length;
  const names = more > 0 ? t("needs.names_more", { names: shown, count: more }) : shown;
  return (
    <li className="flex gap-3 px-4 py-3">
      <Icon aria-hidden size={16} className={clsx("mt-0.5 shrink-0", finding.severity === "critical" ? "text-bad-ink" : "text-warn-ink")} />
      <div className="flex min-w-0 grow flex-wrap items-start justify-end gap-x-3 gap-y-2">
        <p className="min-w-0 grow basis-72 text-body font-medium break-words phone:basis-full">{t(`needs.code.${finding.code}`, { names })}</p>
        {finding.since !== null && (
          <span className="shrink-0 text-dense text-ink-3">
            <Moment at={finding.since} as="ago" />
          </span>
        )}
        {place !== null && (
          <Link to={place.to} search={place.search} className={buttonClass("default", true)}>
            {t(`needs.do.${place.verb}`)}
          </Link>
        )}
      </div>
    </li>
  );
}
