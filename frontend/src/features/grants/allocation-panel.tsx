import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Moment } from "@/components/amounts";
import { LimitBar } from "@/components/limit-bar";
import { MemberName, ModelName } from "@/components/named";
import { ErrorState } from "@/components/problem";
import { StatusBadge } from "@/components/status-badge";
import { Fact, Facts } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { SkeletonRows } from "@/components/ui/skeleton";
import { grantQuery } from "./api";

const LINK = "font-medium text-accent-ink hover:underline";
const SCOPES = ["allocation", "member", "tag", "everybody", "credential"] as const;

/** One allocation: its state, and every limit that calls by it are under, whosever limit it is. */
export function AllocationPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("people");
  const { data, error, refetch } = useQuery(grantQuery(id));
  const limits = data === undefined ? [] : SCOPES.flatMap((scope) => data.every_limit[scope].map((limit) => ({ scope, limit }))).filter(({ limit }) => limit.limit !== null);
  return (
    <Dialog wide title={t("grants.one")} onClose={onClose}>
      {data === undefined ? (
        error !== null ? (
          <ErrorState what={t("grants.failed")} error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows count={5} />
        )
      ) : (
        <div className="flex flex-col gap-5">
          <Facts>
            <Fact label={t("column.member")}>
              <MemberName id={data.member_id} />
            </Fact>
            <Fact label={t("column.model")}>
              <ModelName id={data.model_id} />
            </Fact>
            <Fact label={t("column.state")}>
              <StatusBadge state={`allocation.${data.state}`} />
            </Fact>
            {data.state_reason !== "" && <Fact label={t("grants.why")}>{data.state_reason}</Fact>}
            <Fact label={t("grants.granted_at")}>
              <Moment at={data.created_at} />
            </Fact>
          </Facts>
          <p className="flex flex-wrap gap-x-5 gap-y-1 text-dense">
            <Link to="/admin/calls" search={{ allocation_id: id, range: "month" }} className={LINK}>
              {t("grants.calls")}
            </Link>
            <Link to="/admin/audit" search={{ target_id: id }} className={LINK}>
              {t("grants.history")}
            </Link>
          </p>
          {limits.length === 0 ? (
            <p className="text-dense">{t("grants.no_limits")}</p>
          ) : (
            limits.map(({ scope, limit }) => <LimitBar key={`${scope} ${limit.limit_id} ${limit.partition_id} ${limit.metric}`} name={t(`grants.of.${scope}`)} limit={limit} />)
          )}
        </div>
      )}
    </Dialog>
  );
}
