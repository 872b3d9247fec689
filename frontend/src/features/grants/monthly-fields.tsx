import { useTranslation } from "react-i18next";

import { TextField } from "@/components/ui/field";
import type { MonthlyLimits } from "./api";

/** Monthly limits as they are typed: an empty field is no limit. */
export interface TypedLimits {
  cost: string;
  tokens: string;
}

/** What was typed, as the API takes it. What is no number is left for the API to refuse. */
export function limitsOf(typed: TypedLimits): MonthlyLimits {
  const tokens = typed.tokens.replaceAll(/[\s,_]/g, "");
  return {
    monthly_cost_usd: typed.cost.trim() === "" ? null : typed.cost.trim().replaceAll(",", ""),
    monthly_tokens: tokens === "" ? null : Number(tokens),
  };
}

/** The two monthly limits of an allocation. */
export function MonthlyFields({ typed, onType, errors }: { typed: TypedLimits; onType: (typed: TypedLimits) => void; errors: Readonly<Record<string, string>> }) {
  const { t } = useTranslation("people");
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <TextField
        label={t("grants.cost")}
        unit="USD"
        inputMode="decimal"
        placeholder={t("grants.no_limit")}
        hint={t("grants.cost_hint")}
        error={errors["monthly_cost_usd"]}
        value={typed.cost}
        onChange={(event) => onType({ ...typed, cost: event.target.value })}
      />
      <TextField
        label={t("grants.tokens")}
        unit={t("grants.tokens_unit")}
        inputMode="numeric"
        pattern="[0-9,_ ]*"
        placeholder={t("grants.no_limit")}
        hint={t("grants.tokens_hint")}
        error={errors["monthly_tokens"]}
        value={typed.tokens}
        onChange={(event) => onType({ ...typed, tokens: event.target.value })}
      />
    </div>
  );
}
