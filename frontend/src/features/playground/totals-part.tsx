import { useTranslation } from "react-i18next";

import { Money } from "@/components/amounts";
import { Fact, Facts } from "@/components/ui/card";
import { useFormat } from "@/lib/format";
import { sumUsd } from "@/lib/money";
import type { Totals } from "./conversation";

/** What the conversation used so far. */
export function TotalsPart({ totals }: { totals: Totals }) {
  const { t } = useTranslation("playground");
  const format = useFormat();
  return (
    <section className="flex flex-col gap-2">
      <h2 className="text-dense font-semibold">{t("totals.title")}</h2>
      <Facts>
        <Fact label={t("totals.calls")}>
          <span className="tabular">{format.count(totals.calls)}</span>
        </Fact>
        <Fact label={t("totals.tokens")}>
          <span className="tabular">{t("totals.tokens_both", { input: format.count(totals.input), output: format.count(totals.output) })}</span>
        </Fact>
        <Fact label={t("totals.cost")}>
          {totals.costs.length > 0 ? <Money usd={sumUsd(totals.costs)} places={4} /> : totals.unpriced > 0 ? <Money usd={null} /> : <span className="text-ink-3">{t("totals.none")}</span>}
        </Fact>
      </Facts>
      {totals.costs.length > 0 && totals.unpriced > 0 && <p className="text-small text-warn-ink">{t("totals.unpriced", { count: totals.unpriced })}</p>}
      <p className="text-small text-ink-3">{t("totals.kept")}</p>
    </section>
  );
}
