import { clsx } from "clsx";
import { useTranslation } from "react-i18next";

import { paceOf } from "@/lib/pace";
import { useLimitWords, type BarLimit } from "./limit-bar";

const FILLS = { fine: "bg-accent", soon: "bg-warn", over: "bg-bad" } as const;

/** What is left under the tightest of some limits, in a cell: the amount, of what, and a bar. Of none it shows nothing. */
export function SmallBar({ limits, now = new Date() }: { limits: readonly BarLimit[]; now?: Date }) {
  const { t } = useTranslation();
  const words = useLimitWords();
  const [tightest] = [...limits].filter((limit) => limit.limit !== null).sort((a, b) => share(b) - share(a));
  if (tightest === undefined) return null;
  const pace = paceOf(tightest, now);
  const says = t("limit.left_of", { left: words.left(tightest), whole: words.whole(tightest) });
  return (
    <span className="flex min-w-36 flex-col gap-1">
      <span className="tabular">
        {says}
        {limits.length > 1 && <span className="text-ink-3"> {t("limit.more", { count: limits.length - 1 })}</span>}
      </span>
      <span role="meter" aria-label={says} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(pace.share * 100)} className="block h-1 max-w-40 rounded-full bg-line">
        <span className={clsx("block h-full rounded-full", FILLS[pace.state])} style={{ width: `${pace.share * 100}%` }} />
      </span>
    </span>
  );
}

function share(limit: BarLimit): number {
  const whole = Number(limit.limit ?? 0);
  return whole > 0 ? Number(limit.used) / whole : 1;
}
