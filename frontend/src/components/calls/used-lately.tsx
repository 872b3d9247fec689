import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { MyCallRecordShown } from "@/client/schema.gen";
import { clientsOf } from "@/lib/clients";
import { Moment } from "../amounts";
import { Skeleton } from "../ui/skeleton";

type Call = Pick<MyCallRecordShown, "client" | "started_at" | "refused_count">;

/** Which programs called with a credential in the last seven days, and how often: those will stop. */
export function UsedLately({ calls: { data, isError } }: { calls: UseQueryResult<{ items: readonly Call[]; next: string | null }> }) {
  const { t } = useTranslation();
  if (isError && data === undefined) return <p className="text-dense text-warn-ink">{t("lately.failed")}</p>;
  if (data === undefined) return <Skeleton className="h-10" />;
  if (data.items.length === 0) return <p className="font-medium text-ink">{t("lately.nobody")}</p>;
  return (
    <section aria-label={t("lately.used")} className="flex flex-col gap-1 text-dense">
      <p className="font-medium text-ink">{t("lately.used")}</p>
      <ul className="max-h-40 divide-y divide-line overflow-y-auto rounded-button border border-line">
        {clientsOf(data.items).map(({ client, calls, lastAt }) => (
          <li key={client ?? ""} className="flex flex-wrap items-baseline justify-between gap-x-3 px-3 py-1.5">
            <span className="font-medium break-all text-ink">{client ?? t("lately.unknown")}</span>
            <span className="tabular text-ink-3">
              {t("lately.calls", { count: calls })} · <Moment at={lastAt} as="ago" />
            </span>
          </li>
        ))}
      </ul>
      {data.next !== null && <p className="text-ink-3">{t("lately.newest", { count: data.items.length })}</p>}
    </section>
  );
}
