import { useTranslation } from "react-i18next";
import { CircleHelp } from "lucide-react";

import type { MyModelShown } from "@/client/schema.gen";
import { Nothing, Price } from "@/components/amounts";
import { Badge } from "@/components/ui/badge";

/** The price of one kind of token, per million; the badge where nobody said what the model costs. */
export function TokenPrice({ model, kind, places }: { model: Pick<MyModelShown, "prices">; kind: "input" | "output"; places: number }) {
  const { t } = useTranslation("models");
  if (model.prices === null) {
    if (kind === "input") return <Nothing />;
    return (
      <Badge tint="warn" icon={CircleHelp}>
        {t("price.none")}
      </Badge>
    );
  }
  const usd = model.prices.prices[`${kind}_usd`];
  return typeof usd === "string" ? <Price usd={usd} places={places} /> : <Nothing />;
}
