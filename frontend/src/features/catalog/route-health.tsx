import { useTranslation } from "react-i18next";

import type { RouteShown } from "@/client/schema.gen";
import { StatusBadge } from "@/components/status-badge";
import { useFormat } from "@/lib/format";

type Cooling = NonNullable<RouteShown["cooling"]>;

interface RouteHealthProps {
  health: RouteShown["health"];
  /** Until when it is left alone, and where that is known since when, why and how often in a row; null of one that is not. */
  cooling: (Pick<Cooling, "until"> & Partial<Cooling>) | null;
}

/** How a route is, in a word; of one that failed since when, until when and why. */
export function RouteHealth({ health, cooling }: RouteHealthProps) {
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5 gap-y-0.5">
      <StatusBadge state={`route.${health}`} />
      {cooling !== null && (health === "cooling" || health === "probing") && <Why cooling={cooling} isOver={health === "probing"} />}
    </span>
  );
}

function Why({ cooling, isOver }: { cooling: NonNullable<RouteHealthProps["cooling"]>; isOver: boolean }) {
  const { t } = useTranslation("catalog");
  const format = useFormat();
  const until = format.time(cooling.until);
  const when = isOver ? t("cooling.probe", { until }) : cooling.since == null ? t("cooling.until", { until }) : t("cooling.span", { since: format.time(cooling.since), until });
  return (
    <span className="text-small text-ink-3">
      <time dateTime={cooling.until}>{when}</time>
      {cooling.code !== undefined && (
        <>
          {" · "}
          <code className="font-mono">{cooling.code}</code>
        </>
      )}
      {cooling.turn !== undefined && cooling.turn > 1 && <> · {t("cooling.turn", { count: cooling.turn })}</>}
    </span>
  );
}
