import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { MemberListed } from "@/client/schema.gen";
import { Moment, Money } from "@/components/amounts";
import { dayIn, momentOf } from "@/lib/days";
import { useFormat } from "@/lib/format";

/** How many allocations a member has, and the way to them. */
export function Allocations({ member }: { member: Pick<MemberListed, "id" | "allocations"> }) {
  const format = useFormat();
  return (
    <Link to="/admin/members/$id" params={{ id: member.id }} search={{ tab: "allocations" }} className="tabular hover:underline">
      {format.count(member.allocations)}
    </Link>
  );
}

/** What a member's calls of this month cost, and how many of them nobody knows the price of. */
export function SpentThisMonth({ spent }: { spent: MemberListed["this_month"] }) {
  const { t } = useTranslation("people");
  return (
    <span className="inline-flex flex-col items-end phone:items-start">
      <Money usd={spent.billed_cost_usd} />
      {spent.unpriced_calls > 0 && <span className="text-small text-warn-ink">{t("members.unpriced", { count: spent.unpriced_calls })}</span>}
    </span>
  );
}

/** When a member was last in the portal or called a model. */
export function LastSeen({ at }: { at: string | null }) {
  const { t } = useTranslation("people");
  return at === null ? <span className="text-ink-3">{t("members.never_seen")}</span> : <Moment at={at} as="ago" />;
}

/** Which days "this month" is, and on whose clocks. */
export function MonthMeant() {
  const { t } = useTranslation("people");
  const format = useFormat();
  const now = new Date();
  const first = momentOf(`${dayIn(now, format.zone).slice(0, 8)}01`, format.zone);
  return t("members.month", { days: format.days(first, now), zone: format.zone.replaceAll("_", " ") });
}
