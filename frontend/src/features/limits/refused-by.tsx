import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Gauge, Ticket } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { LimitInFull } from "@/client/schema.gen";
import { useTermsInWords } from "@/components/recorded-refusal";
import { Button, buttonClass } from "@/components/ui/button";
import { Fact, Facts } from "@/components/ui/card";
import { isSameLimit, termsNow, termsThen } from "@/lib/recorded-limit";
import { limitQuery } from "./api";
import { LimitDialog } from "./limit-dialog";

interface RefusedByProps {
  /** What the record of the call says of its refusal. */
  details: Readonly<Record<string, unknown>>;
  allocationId: string | null;
}

/** What can be done about a refused call: its limit as it is now where it is another one, and the ways to what refused it. */
export function RefusedBy({ details, allocationId }: RefusedByProps) {
  const { t } = useTranslation("people");
  const [raising, setRaising] = useState(false);
  const id = typeof details["limit_id"] === "string" ? details["limit_id"] : null;
  const { data: limit, error } = useQuery({ ...limitQuery(id ?? ""), enabled: id !== null, retry: false });
  return (
    <div className="flex flex-col gap-3">
      {limit !== undefined ? <Since details={details} limit={limit} /> : error !== null && <p className="text-dense text-ink-2">{isGone(error) ? t("limits.gone") : t("limits.not_known")}</p>}
      <div className="flex flex-wrap gap-2">
        {limit !== undefined && (
          <Button small icon={Gauge} onClick={() => setRaising(true)}>
            {t("limits.raise")}
          </Button>
        )}
        {allocationId !== null && (
          <Link to="/admin/allocations" search={{ open: allocationId }} className={buttonClass("default", true)}>
            <Ticket aria-hidden size={16} strokeWidth={1.75} />
            {t("limits.open_allocation")}
          </Link>
        )}
      </div>
      {raising && limit !== undefined && <LimitDialog id={limit.id} onClose={() => setRaising(false)} />}
    </div>
  );
}

/** What the limit was and what it is now, if that is not the same; never one in the place of the other. */
function Since({ details, limit }: { details: RefusedByProps["details"]; limit: LimitInFull }) {
  const { t } = useTranslation("people");
  const words = useTermsInWords();
  const [then, now] = [termsThen(details), termsNow(limit)];
  const onlyWarns = limit.on_exceed === "warn";
  if (then === null || now === null || (isSameLimit(then, now) && !onlyWarns)) return null;
  return (
    <>
      <p className="text-dense font-medium">{t("limits.changed")}</p>
      <Facts>
        <Fact label={t("limits.then")}>{words.whole(then)}</Fact>
        <Fact label={t("limits.today")}>{onlyWarns ? t("limits.only_warns", { limit: words.whole(now) }) : words.whole(now)}</Fact>
      </Facts>
    </>
  );
}

function isGone(error: Error): boolean {
  return error instanceof ApiProblem && error.code === "limit_not_found";
}
