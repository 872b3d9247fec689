import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { Price } from "@/components/amounts";
import { usePriceWords } from "@/components/price-words";
import { ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Card, Fact, Facts } from "@/components/ui/card";
import { useToast } from "@/components/ui/toast";
import { amountOf, PRICE_KINDS } from "@/lib/prices";
import { useWrite } from "@/lib/writes";
import { applySuggestedPrice, suggestionQuery } from "./api";

/** What the registry says that an imported model costs, while it is not what is charged. It is charged only once it is applied. */
export function SuggestedPrice({ modelId }: { modelId: string }) {
  const { t } = useTranslation("catalog");
  const say = usePriceWords();
  const toast = useToast();
  const suggestion = useQuery(suggestionQuery(modelId)).data ?? null;
  const write = useWrite({ write: applySuggestedPrice, touches: ["admin", "models"], onDone: () => toast(t("suggested.done")) });
  if (suggestion === null) return null;
  const { price } = suggestion;
  const outside = Object.entries(price.outside);
  if (price.here !== null && price.changed.length === 0) return null;
  return (
    <Card title={t("suggested.title")} aside={t("suggested.version", { source: suggestion.source, version: price.version })}>
      <div className="flex flex-col gap-3">
        {price.prices === null ? (
          <p className="text-dense text-ink-2">{t("suggested.by_hand", { reasons: price.by_hand.join(", ") })}</p>
        ) : (
          <Facts>
            {PRICE_KINDS.map((kind) => [kind, amountOf(price.prices, kind)] as const).map(([kind, usd]) =>
              usd === null ? null : (
                <Fact key={kind} label={say(kind)}>
                  <Price usd={usd} />
                </Fact>
              ),
            )}
          </Facts>
        )}
        {outside.length > 0 && (
          <ul className="text-small text-ink-3">
            {outside.map(([name, why]) => (
              <li key={name}>{t("suggested.outside", { name, why })}</li>
            ))}
          </ul>
        )}
        <ProblemNote problem={write.problem} />
        {price.prices !== null && (
          <Button small className="self-start" busy={write.isPending} onClick={() => write.mutate({ id: modelId, suggestion })}>
            {t("suggested.apply")}
          </Button>
        )}
      </div>
    </Card>
  );
}
