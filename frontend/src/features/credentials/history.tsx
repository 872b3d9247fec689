import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { Moment } from "@/components/amounts";
import { ErrorState } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { historyQuery } from "./api";

/** What was done to a credential and by whom, the newest first. */
export function History({ id }: { id: string }) {
  const { t } = useTranslation(["credential", "shared"]);
  const list = useInfiniteQuery(historyQuery(id));
  const events = list.data?.pages.flatMap((page) => page.items);
  return (
    <Card flush title={t("history")}>
      {list.error !== null && events === undefined ? (
        <ErrorState what={t("history.failed")} error={list.error} onRetry={() => void list.refetch()} />
      ) : events === undefined ? (
        <SkeletonRows count={3} />
      ) : (
        <ol className="divide-y divide-line text-dense">
          {/* The successor of a rotated credential has none until something is done to it. */}
          {events.length === 0 && <li className="px-4 py-2.5 text-ink-3">{t("history.empty")}</li>}
          {events.map((event) => (
            <li key={event.id} className="flex flex-wrap items-baseline justify-between gap-x-3 px-4 py-2.5">
              <span>
                <span className="font-medium">{t(`did.${event.did}`, { what: event.changed.map((field) => t(`changed.${field}`)).join(", ") })}</span> <span className="text-ink-3">{t(`by.${event.by}`)}</span>
              </span>
              <span className="text-ink-3">
                <Moment at={event.at} />
              </span>
            </li>
          ))}
        </ol>
      )}
      {list.hasNextPage && (
        <Button small className="m-3" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("shared:list.more")}
        </Button>
      )}
    </Card>
  );
}
