import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { LatencyShown, MyModelShown, ReportShown } from "@/client/schema.gen";
import { useAbilities } from "@/components/abilities";
import { Money, Nothing, Price, TokenCount } from "@/components/amounts";
import { usePriceWords } from "@/components/price-words";
import { useFormat } from "@/lib/format";
import { formatPrice, placesOf, usdOf } from "@/lib/money";
import { amountOf, costOf, longInputsOf, PRICE_KINDS } from "@/lib/prices";
import { MyAccess } from "./access";
import { ClaimButton } from "./claim-button";
import type { Line } from "./comparison";
import { NoPrice } from "./prices";

/** What models are compared by; what none of them has is left out. */
export function useLines(models: readonly MyModelShown[], latency: LatencyShown | undefined, lastMonth: ReportShown | undefined): Line[] {
  const prices = usePriceLines(models);
  const sizes = useSizeLines(models);
  const abilities = useAbilityLines(models);
  const speed = useSpeedLine(models, latency);
  const month = useMonthLine(models, lastMonth);
  const access = useAccessLine(models);
  return [access, ...prices, ...month, ...sizes, ...speed, ...abilities];
}

function useAccessLine(models: readonly MyModelShown[]): Line {
  const { t } = useTranslation("models");
  return {
    id: "access",
    name: t("column.access"),
    cells: models.map((model) => ({
      same: model.allocation?.state ?? model.access,
      shows: (
        <span className="flex flex-col items-start gap-2">
          <MyAccess model={model} />
          {model.allocation === null && model.claimable && <ClaimButton model={model} />}
        </span>
      ),
    })),
  };
}

function usePriceLines(models: readonly MyModelShown[]): Line[] {
  const { t } = useTranslation("models");
  const format = useFormat();
  const say = usePriceWords();
  const stated = PRICE_KINDS.filter((kind) => models.some((model) => amountOf(model.prices?.prices, kind) !== null));
  const lines: Line[] = stated.map((kind) => {
    const amounts = models.map((model) => amountOf(model.prices?.prices, kind));
    const isToken = !kind.startsWith("per_");
    return {
      id: kind,
      name: say(kind),
      ...(isToken && { says: t("compare.per_million") }),
      cells: models.map((model, index) => {
        const usd = amounts[index] ?? null;
        return { same: usd === null ? `none ${model.prices === null}` : formatPrice(usd), shows: usd === null ? model.prices === null ? <NoPrice /> : <Nothing /> : <Price usd={usd} places={placesOf(amounts)} /> };
      }),
    };
  });
  if (models.some((model) => longInputsOf(model.prices?.prices).length > 0)) {
    const words = models.map((model) =>
      longInputsOf(model.prices?.prices).map((each) => {
        const [input, output] = [amountOf(each.prices, "input"), amountOf(each.prices, "output")];
        return t("compare.long", { tokens: format.short(each.above), input: input === null ? "–" : formatPrice(input), output: output === null ? "–" : formatPrice(output) });
      }),
    );
    lines.push({ id: "long", name: t("compare.long_input"), says: t("compare.per_million"), cells: words.map((each) => ({ same: each.join(), shows: each.length === 0 ? <Nothing /> : each.map((says) => <p key={says}>{says}</p>) })) });
  }
  return lines;
}

function useSizeLines(models: readonly MyModelShown[]): Line[] {
  const { t } = useTranslation("models");
  return (["context_tokens", "output_tokens_max"] as const)
    .filter((name) => models.some((model) => model[name] !== null))
    .map((name) => ({
      id: name,
      name: name === "context_tokens" ? t("model.context") : t("model.output_max"),
      says: t("model.tokens"),
      cells: models.map((model) => ({ same: String(model[name]), shows: model[name] === null ? <Nothing /> : <TokenCount count={model[name]} /> })),
    }));
}

function useAbilityLines(models: readonly MyModelShown[]): Line[] {
  const { t } = useTranslation("models");
  const say = useAbilities();
  const has = (model: MyModelShown, name: string) => model.capabilities[name] === true || (model.operations as readonly string[]).includes(name);
  const names = [...new Set(models.flatMap((model) => [...model.operations, ...Object.keys(model.capabilities)]))].filter((name) => models.some((model) => has(model, name)));
  return names.map((name) => ({
    id: `can ${name}`,
    name: say(name),
    cells: models.map((model) => ({
      same: String(has(model, name)),
      shows: has(model, name) ? (
        <>
          <Check aria-hidden size={16} className="text-ok-ink" />
          <span className="sr-only">{t("compare.yes")}</span>
        </>
      ) : (
        <Nothing />
      ),
    })),
  }));
}

// Of the member's own calls: nobody's measurements elsewhere say how fast a model is here.
function useSpeedLine(models: readonly MyModelShown[], latency: LatencyShown | undefined): Line[] {
  const { t } = useTranslation("models");
  const format = useFormat();
  const rows = models.map((model) => latency?.items.find((row) => row.key === model.slug));
  if (rows.every((row) => (row?.first_byte.p50_ms ?? null) === null)) return [];
  return [
    {
      id: "first_byte",
      name: t("compare.first_byte"),
      says: t("compare.first_byte_says"),
      cells: rows.map((row) => {
        const ms = row?.first_byte.p50_ms ?? null;
        if (ms === null) return { shows: <Nothing /> };
        return {
          shows: (
            <>
              <span className="tabular">{format.duration(ms)}</span>
              <span className="block text-small text-ink-3">{t("compare.of_calls", { count: row?.first_byte_calls ?? 0 })}</span>
            </>
          ),
        };
      }),
    },
  ];
}

// Only where there was something to count, and with what the sum leaves out.
function useMonthLine(models: readonly MyModelShown[], lastMonth: ReportShown | undefined): Line[] {
  const { t } = useTranslation("models");
  const format = useFormat();
  if (lastMonth === undefined || lastMonth.total.input_tokens + lastMonth.total.output_tokens === 0) return [];
  const { total, since, until } = lastMonth;
  const costs = models.map((model) => costOf(model.prices?.prices, total));
  if (costs.every((cost) => cost === null)) return [];
  return [
    {
      id: "last_month",
      name: t("compare.last_month"),
      says: t("compare.last_month_says", { days: format.days(since, new Date(Date.parse(until) - 1)), input: format.short(total.input_tokens), output: format.short(total.output_tokens) }),
      cells: models.map((model, index) => {
        const cost = costs[index] ?? null;
        if (cost !== null) return { same: String(cost), shows: <Money usd={usdOf(cost)} /> };
        return { same: "none", shows: model.prices === null ? <NoPrice /> : <Nothing /> };
      }),
    },
  ];
}
