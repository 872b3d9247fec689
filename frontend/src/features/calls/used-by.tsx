import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Moment, TokenCount } from "@/components/amounts";
import { ErrorState } from "@/components/problem";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { clientsOf } from "@/lib/clients";
import { lastCallsQuery } from "./api";

const LOOKED_AT = 200;

/** Which programs used a credential for its last calls, the one with the newest call first; each leads to its calls. */
export function UsedBy({ credentialId }: { credentialId: string }) {
  const { t } = useTranslation("credential");
  const { data, error, refetch } = useQuery(lastCallsQuery(LOOKED_AT, { credential_id: credentialId }));
  return (
    <Card flush title={t("clients")} aside={data !== undefined && data.items.length > 0 ? t("clients.of", { count: data.items.length }) : undefined}>
      {error !== null && data === undefined ? (
        <ErrorState what={t("clients.failed")} error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows count={2} />
      ) : (
        <ul className="divide-y divide-line text-dense">
          {data.items.length === 0 && <li className="px-4 py-2.5 text-ink-3">{t("clients.empty")}</li>}
          {clientsOf(data.items).map(({ client, calls, lastAt }) => (
            <li key={client ?? ""} className="flex flex-wrap items-baseline justify-between gap-x-3 px-4 py-2.5">
              {client === null ? (
                <span>{t("clients.unknown")}</span>
              ) : (
                <Link to="/usage/calls" search={{ credential_id: credentialId, client }} className="font-medium break-all hover:underline">
                  {client}
                </Link>
              )}
              <span className="tabular text-ink-3">
                <TokenCount count={calls} /> · <Moment at={lastAt} as="ago" />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
