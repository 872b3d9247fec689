import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { PriceShown } from "@/client/schema.gen";
import { Nothing, Price } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { usePriceWords } from "@/components/price-words";
import { ErrorState } from "@/components/problem";
import { Rows, type Column } from "@/components/rows";
import { StatusBadge } from "@/components/status-badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { formatOf } from "@/lib/format";
import { amountOf, PRICE_KINDS, type PriceKind } from "@/lib/prices";
import { pricesQuery } from "./api";
import { PriceForm } from "./price-form";
import { inForceAt } from "./in-force";

// The source of a version that somebody wrote: their name says it.
const BY_HAND = "administrator";

/** What a model costs, now and from the next version on. */
export function PricesCard({ modelId }: { modelId: string }) {
  const { t } = useTranslation("catalog");
  const { data, error, refetch, dataUpdatedAt } = useQuery(pricesQuery(modelId));
  const [making, setMaking] = useState(false);
  const versions = data?.items ?? [];
  const current = inForceAt(versions, dataUpdatedAt);
  const coming = versions.filter((version) => Date.parse(version.in_force_from) > dataUpdatedAt).at(-1);
  const add = (
    <Button small icon={Plus} onClick={() => setMaking(true)}>
      {t("price.new")}
    </Button>
  );
  return (
    <Card flush title={t("prices")} aside={<span className="flex items-center gap-3"><span className="phone:hidden">{t("prices_says")}</span>{add}</span>}>
      {error !== null && data === undefined ? (
        <ErrorState what={t("prices_failed")} error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows count={3} />
      ) : (
        <NowAndNext current={current} coming={coming} />
      )}
      {making && <PriceForm modelId={modelId} from={current ?? coming} onClose={() => setMaking(false)} />}
    </Card>
  );
}

/** Every price version of a model, the latest to begin first. */
export function PriceHistory({ modelId }: { modelId: string }) {
  const { t } = useTranslation("catalog");
  const { data, error, dataUpdatedAt } = useQuery(pricesQuery(modelId));
  const versions = data?.items ?? [];
  const current = inForceAt(versions, dataUpdatedAt);
  return (
    <Card title={t("history")}>
      {data === undefined ? (
        error === null ? <SkeletonRows count={2} /> : <p className="text-dense text-ink-2">{t("prices_failed")}</p>
      ) : versions.length === 0 ? (
        <p className="text-dense text-ink-2">{t("history_none")}</p>
      ) : (
        <ol className="flex flex-col gap-4">
          {versions.map((version, index) => (
            <Version
              key={version.id}
              version={version}
              before={versions[index + 1]}
              number={versions.length - index}
              state={version === current ? "in_force" : Date.parse(version.in_force_from) > dataUpdatedAt ? "scheduled" : "past"}
            />
          ))}
        </ol>
      )}
    </Card>
  );
}

function NowAndNext({ current, coming }: { current: PriceShown | undefined; coming: PriceShown | undefined }) {
  const { t, i18n } = useTranslation("catalog");
  const say = usePriceWords();
  const kinds = PRICE_KINDS.filter((kind) => amountOf(current?.prices, kind) !== null || amountOf(coming?.prices, kind) !== null);
  const cell = (version: PriceShown | undefined, kind: PriceKind) => {
    const usd = amountOf(version?.prices, kind);
    return usd === null ? <Nothing /> : <Price usd={usd} />;
  };
  const columns: Column<PriceKind>[] = [
    { id: "kind", head: t("column.kind"), place: "title", cell: (kind) => say(kind) },
    { id: "now", head: t("price.now"), place: "number", align: "right", cell: (kind) => cell(current, kind) },
  ];
  if (coming !== undefined) {
    columns.push({ id: "next", head: t("price.from", { day: formatOf(i18n.language, "UTC").day(coming.in_force_from) }), place: "number", align: "right", cell: (kind) => <span className="text-accent-ink">{cell(coming, kind)}</span> });
  }
  return (
    <div className="-m-px">
      <Rows label={t("prices")} columns={columns} rows={kinds} rowId={(kind) => kind} empty={<EmptyState says={t("prices_none")} />} />
      {current !== undefined && <Beyond prices={current.prices} />}
    </div>
  );
}

function Beyond({ prices }: { prices: Readonly<Record<string, unknown>> }) {
  const { t } = useTranslation("catalog");
  const [tiers, services] = [prices["tiers"], prices["service_tiers"]];
  const count = (Array.isArray(tiers) ? tiers.length : 0) + (typeof services === "object" && services !== null ? Object.keys(services).length : 0);
  if (count === 0) return null;
  return <p className="border-t border-line px-4 py-2.5 text-small text-ink-3">{t("price.tiers", { count })}</p>;
}

function Version({ version, before, number, state }: { version: PriceShown; before: PriceShown | undefined; number: number; state: "scheduled" | "in_force" | "past" }) {
  const { t, i18n } = useTranslation("catalog");
  const say = usePriceWords();
  const utc = formatOf(i18n.language, "UTC");
  const changed = before === undefined ? [] : PRICE_KINDS.filter((kind) => amountOf(version.prices, kind) !== amountOf(before.prices, kind));
  return (
    <li className="text-dense">
      <p className="flex items-center gap-2">
        <span className="font-medium">{t("price.version", { number })}</span>
        <StatusBadge state={`price.${state}`} />
      </p>
      <p className="text-small text-ink-3">
        {t("price.since", { moment: utc.moment(version.in_force_from) })}
        {version.source !== BY_HAND && <> · {version.source}</>}
        {" · "}
        <time dateTime={version.created_at}>
          {version.published_by === null ? t("price.published", { day: utc.day(version.created_at) }) : t("price.published_by", { name: version.published_by, day: utc.day(version.created_at) })}
        </time>
      </p>
      {changed.length > 0 && (
        <ul className="mt-1 text-small text-ink-2">
          {changed.map((kind) => (
            <li key={kind}>{t("price.changed", { kind: say(kind), before: amountOf(before?.prices, kind) ?? "–", after: amountOf(version.prices, kind) ?? "–" })}</li>
          ))}
        </ul>
      )}
    </li>
  );
}
