import { CircleHelp, Lock } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { ModelListed } from "@/client/schema.gen";
import { Nothing, Price } from "@/components/amounts";
import { usePriceWords } from "@/components/price-words";
import { StatusBadge } from "@/components/status-badge";
import { Badge } from "@/components/ui/badge";
import { useFormat } from "@/lib/format";
import { amountOf, kindsOf } from "@/lib/prices";
import { RouteHealth } from "./route-health";

// A row of the list has two lines.
const LINES = 2;

/** What serves a model: its first routes by the names of their provider keys, each with how it is. */
export function RoutesInShort({ model }: { model: Pick<ModelListed, "routes" | "routes_count"> }) {
  const { t } = useTranslation("catalog");
  if (model.routes.length === 0) return <Nothing />;
  const rest = model.routes_count - Math.min(LINES, model.routes.length);
  return (
    <ul className="flex flex-col gap-1">
      {model.routes.slice(0, LINES).map((route, at) => (
        <li key={route.id} className="flex flex-wrap items-center gap-x-1.5 gap-y-0.5">
          <span className="max-w-40 truncate text-ink-2" title={route.provider_key}>
            {route.provider_key}
          </span>
          <RouteHealth health={route.health} cooling={route.cooling_until === null ? null : { until: route.cooling_until }} />
          {at === LINES - 1 && rest > 0 && <span className="text-small text-ink-3">{t("routes_more", { count: rest })}</span>}
        </li>
      ))}
    </ul>
  );
}

/** What a model costs now, by its input and output where it has such prices; the badge where nobody said. */
export function PriceInShort({ prices }: Pick<ModelListed, "prices">) {
  const { t } = useTranslation();
  const say = usePriceWords();
  if (prices === null) {
    return (
      <Badge tint="warn" icon={CircleHelp}>
        {t("no_price")}
      </Badge>
    );
  }
  const kinds = kindsOf(prices.prices);
  const usual = kinds.filter((kind) => kind === "input" || kind === "output");
  return (
    <span className="inline-flex flex-col phone:flex-row phone:gap-x-3">
      {(usual.length > 0 ? usual : kinds.slice(0, LINES)).map((kind) => (
        <span key={kind} className="whitespace-nowrap">
          <span className="text-small text-ink-3">{say(kind)}</span> <Price usd={amountOf(prices.prices, kind) ?? "0"} />
        </span>
      ))}
    </span>
  );
}

/** Who sees a model, how many that are, and whether they may take it themselves. */
export function WhoSees({ model }: { model: Pick<ModelListed, "access" | "allowed_tags" | "allowed_members" | "claimable" | "audience"> }) {
  const { t } = useTranslation("catalog");
  const format = useFormat();
  const named = model.allowed_tags + model.allowed_members;
  return (
    <span className="inline-flex flex-col phone:flex-row phone:gap-x-2">
      {model.access === "open" ? (
        <span>{t("access.open")}</span>
      ) : (
        <span className="inline-flex items-center gap-1.5">
          <Lock aria-hidden size={13} className="text-ink-3" />
          {named === 0 ? t("sees.nobody") : t("sees.some", { tags: model.allowed_tags, members: model.allowed_members })}
        </span>
      )}
      <span className="text-small whitespace-nowrap text-ink-3">
        {t("sees.of", { seeing: format.count(model.audience.seeing), count: model.audience.members })}
        {model.claimable && <> · {t("sees.claimable")}</>}
      </span>
    </span>
  );
}

type Health = Pick<ModelListed["routes"][number], "health">;

/** Whether any of a model's routes serves calls now: `none` is in use, or all that are in use are `failing`. */
export function servingOf(routes: readonly Health[]): "works" | "failing" | "none" {
  const inUse = routes.filter((route) => route.health !== "disabled");
  if (inUse.length === 0) return "none";
  return inUse.some((route) => route.health === "healthy" || route.health === "standby") ? "works" : "failing";
}

/** Whether a model can be called at all, and by whom it can be seen. */
export function ModelState({ model }: { model: Pick<ModelListed, "status" | "access"> & Partial<Pick<ModelListed, "routes" | "routes_count">> }) {
  if (model.status === "archived") return <StatusBadge state="model.archived" />;
  const serving = model.routes === undefined ? "works" : servingOf(model.routes);
  if (serving === "none") return <StatusBadge state="model.no_route" />;
  // Of very many routes only the first are here: one of the others may be well.
  const areAll = (model.routes_count ?? 0) <= (model.routes?.length ?? 0);
  return (
    <span className="inline-flex flex-wrap gap-1">
      {model.access === "open" ? <StatusBadge state="model.active" /> : <StatusBadge state="model.restricted" />}
      {serving === "failing" && areAll && <StatusBadge state="model.no_route_works" />}
    </span>
  );
}

/** That nobody can be served by a model, beside what else it is; nothing where somebody can. */
export function NotServed({ routes }: { routes: readonly Health[] }) {
  const serving = servingOf(routes);
  if (serving === "works") return null;
  return <StatusBadge state={serving === "none" ? "model.no_route" : "model.no_route_works"} />;
}
