import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX, RotateCw } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Moment } from "@/components/amounts";
import { ErrorState } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { verificationQuery } from "./api";

/** Whether the trail is what was sealed, when that was looked at, and how far back. */
export function ChainNote() {
  const { t } = useTranslation("audit");
  const format = useFormat();
  const { data, error, isFetching, refetch } = useQuery(verificationQuery);
  if (data === undefined) {
    return error === null ? (
      <Skeleton className="h-5 w-72" />
    ) : (
      <Card flush>
        <ErrorState what={t("chain.failed")} error={error} onRetry={() => void refetch()} />
      </Card>
    );
  }
  const again = (
    <Button small look="quiet" icon={RotateCw} busy={isFetching} onClick={() => void refetch()}>
      {t("chain.again")}
    </Button>
  );
  if (data.broken !== null) {
    return (
      <div role="alert" className="flex flex-wrap items-start gap-2.5 rounded-card border border-bad-line bg-bad-soft px-3.5 py-2.5 text-dense text-bad-ink">
        <CircleX aria-hidden size={16} className="mt-0.5 shrink-0" />
        <div className="min-w-0 grow basis-64">
          <p className="font-medium">{t(`chain.fault.${data.broken.fault}`, { place: data.broken.seq === null ? "–" : format.count(data.broken.seq) })}</p>
          <p>{t("chain.broken_says")}</p>
          {data.broken.event_id !== null && <code className="font-mono text-small break-all">{data.broken.event_id}</code>}
        </div>
        {again}
      </div>
    );
  }
  const counts = { count: data.checked, from: format.count(data.from_seq), to: format.count(data.to_seq) };
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-dense text-ink-2">
      <CircleCheck aria-hidden size={16} className="shrink-0 text-ok-ink" />
      <span className="font-medium text-ink">{t("chain.verified")}</span>
      <span>{data.is_whole ? t("chain.whole", counts) : t("chain.newest", counts)}</span>
      <span className="text-ink-3">
        <Moment at={data.looked_at} as="time" />
      </span>
      {again}
    </div>
  );
}
