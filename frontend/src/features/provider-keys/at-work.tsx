import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { ProviderKeyListed } from "@/client/schema.gen";
import { Moment, Money } from "@/components/amounts";
import { useFormat } from "@/lib/format";
import { shortUsd } from "@/lib/money";

/** How many models a key serves, and the way to them. */
export function ModelsServed({ shown }: { shown: Pick<ProviderKeyListed, "id" | "name" | "models"> }) {
  const { t } = useTranslation("providers");
  const format = useFormat();
  if (shown.models === 0) return <span className="tabular text-ink-3">{format.count(0)}</span>;
  return (
    <Link to="/admin/models" search={{ served_by: shown.id }} aria-label={t("models_served", { count: shown.models, name: shown.name })} className="tabular font-medium text-accent-ink hover:underline">
      {format.count(shown.models)}
    </Link>
  );
}

/** When a call by a key last ended well, to a quarter of an hour; the API looks 90 days back. */
export function LastSuccess({ at }: { at: string | null }) {
  const { t } = useTranslation("providers");
  return at === null ? <span className="text-ink-3">{t("no_success")}</span> : <Moment at={at} />;
}

/** What the calls of this month by a key cost, the way to them, and how many of them nobody knows the price of. */
export function SpentThisMonth({ shown }: { shown: Pick<ProviderKeyListed, "id" | "name" | "this_month"> }) {
  const { t } = useTranslation("providers");
  const spent = shown.this_month;
  return (
    <span className="inline-flex flex-col items-end phone:items-start">
      {spent.calls === 0 ? (
        <Money usd={spent.billed_cost_usd} />
      ) : (
        <Link to="/admin/usage" search={{ provider_key_id: shown.id }} aria-label={t("spend_of", { amount: shortUsd(spent.billed_cost_usd), name: shown.name })} className="hover:underline">
          <Money usd={spent.billed_cost_usd} />
        </Link>
      )}
      {spent.unpriced_calls > 0 && <span className="text-small text-warn-ink">{t("unpriced", { count: spent.unpriced_calls })}</span>}
    </span>
  );
}
