import { useTranslation } from "react-i18next";
import { CircleHelp } from "lucide-react";

import { exactUsd, formatPrice, shortUsd } from "@/lib/money";
import { useFormat } from "@/lib/format";
import { Badge } from "./ui/badge";

/** An amount of USD from the API; nobody knows it where it is null. A total has two places, a single call four. */
export function Money({ usd, places = 2 }: { usd: string | null; places?: 2 | 4 }) {
  const { t } = useTranslation();
  if (usd === null) {
    return (
      <Badge tint="warn" icon={CircleHelp}>
        {t("no_price")}
      </Badge>
    );
  }
  return (
    <span className="tabular" title={exactUsd(usd)}>
      {shortUsd(usd, places)}
    </span>
  );
}

/** A price as it is stored; in a right-aligned column whose longest has so many `places` its point is above the others' points. */
export function Price({ usd, places = 2 }: { usd: string; places?: number }) {
  const text = formatPrice(usd);
  const missing = Math.max(0, places - (text.length - text.lastIndexOf(".") - 1));
  return (
    <span className="tabular" title={exactUsd(usd)}>
      {text}
      {missing > 0 && <span aria-hidden className="invisible">{"0".repeat(missing)}</span>}
    </span>
  );
}

/** A count of tokens: exact in tables, `short` in headings, where the exact one is in the tooltip and for screen readers. */
export function TokenCount({ count, short = false }: { count: number; short?: boolean }) {
  const format = useFormat();
  const exact = format.count(count);
  if (!short || count < 10_000) return <span className="tabular">{exact}</span>;
  return (
    <span className="tabular" title={exact}>
      <span aria-hidden>{format.short(count)}</span>
      <span className="sr-only">{exact}</span>
    </span>
  );
}

/** A model by its slug: the vendor stands back, the name is what matters. */
export function Slug({ slug }: { slug: string }) {
  const at = slug.indexOf("/") + 1;
  return (
    <span>
      <span className="text-ink-3">{slug.slice(0, at)}</span>
      <span className="font-medium">{slug.slice(at)}</span>
    </span>
  );
}

/** A moment: the time of day alone for `time`, else as it is read; the exact one in the tooltip. */
export function Moment({ at, as = "moment" }: { at: string; as?: "moment" | "time" | "day" | "ago" }) {
  const format = useFormat();
  return (
    <time dateTime={at} title={format.exact(at)} className="tabular">
      {format[as](at)}
    </time>
  );
}

/** What stands in a cell that has nothing to show. */
export function Nothing() {
  const { t } = useTranslation();
  return (
    <span className="text-ink-3">
      <span aria-hidden>–</span>
      <span className="sr-only">{t("nothing")}</span>
    </span>
  );
}
