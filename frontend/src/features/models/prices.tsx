import { useTranslation } from "react-i18next";
import { CircleHelp } from "lucide-react";

import type { MyModelShown } from "@/client/schema.gen";
import { Moment, Nothing, Price } from "@/components/amounts";
import { usePriceWords } from "@/components/price-words";
import { Badge } from "@/components/ui/badge";
import { Card, Fact, Facts } from "@/components/ui/card";
import { useFormat } from "@/lib/format";
import { placesOf } from "@/lib/money";
import { amountOf, kindsOf, longInputsOf, servicesOf, type Prices } from "@/lib/prices";

/** Says that nobody has said what a model costs. */
export function NoPrice() {
  const { t } = useTranslation("models");
  return (
    <Badge tint="warn" icon={CircleHelp}>
      {t("price.none")}
    </Badge>
  );
}

/** The price of one kind of token, per million; the badge where nobody said what the model costs. */
export function TokenPrice({ model, kind, places }: { model: Pick<MyModelShown, "prices">; kind: "input" | "output"; places: number }) {
  if (model.prices === null) return kind === "input" ? <Nothing /> : <NoPrice />;
  const usd = amountOf(model.prices.prices, kind);
  return usd === null ? <Nothing /> : <Price usd={usd} places={places} />;
}

/** What a model costs now: its usual prices, and those for long inputs and other services. */
export function PricesCard({ model }: { model: Pick<MyModelShown, "prices"> }) {
  const { t } = useTranslation("models");
  const format = useFormat();
  if (model.prices === null) {
    return (
      <Card title={t("model.price")}>
        <p className="text-dense text-ink-2">{t("price.unknown")}</p>
      </Card>
    );
  }
  const { prices, in_force_from } = model.prices;
  return (
    <Card title={t("model.price")} aside={t("price.per_million")}>
      <Amounts prices={prices} />
      {longInputsOf(prices).map((each) => (
        <Amounts key={each.above} title={t("price.above", { tokens: format.count(each.above) })} prices={each.prices} />
      ))}
      {servicesOf(prices).map((each) => (
        <Amounts key={each.name} title={t("price.service", { name: each.name })} prices={each.prices} />
      ))}
      <p className="mt-3 text-small text-ink-3">
        {t("price.since")} <Moment at={in_force_from} as="day" />
      </p>
    </Card>
  );
}

function Amounts({ title, prices }: { title?: string; prices: Prices }) {
  const say = usePriceWords();
  const kinds = kindsOf(prices);
  const places = placesOf(kinds.map((kind) => amountOf(prices, kind)));
  return (
    <>
      {title !== undefined && <h3 className="mt-3 mb-1 text-dense font-medium text-ink-2">{title}</h3>}
      <Facts>
        {kinds.map((kind) => (
          <Fact key={kind} label={say(kind)}>
            <Price usd={amountOf(prices, kind) ?? "0"} places={places} />
          </Fact>
        ))}
      </Facts>
    </>
  );
}
