import { useTranslation } from "react-i18next";

import type { AllocationShown } from "@/client/schema.gen";
import { Money } from "@/components/amounts";
import { SmallBar } from "@/components/small-bar";

/** What is left of an allocation this month, the tightest limit first; what was used where it has none. */
export function WhatIsLeft({ allocation }: { allocation: Pick<AllocationShown, "limits"> }) {
  const { t } = useTranslation("people");
  const limited = allocation.limits.filter((limit) => limit.limit !== null);
  if (limited.length > 0) return <SmallBar limits={limited} />;
  const cost = allocation.limits.find((limit) => limit.metric === "cost");
  return (
    <span className="text-ink-3">
      {t("grants.no_limit")} · <Money usd={cost?.metric === "cost" ? cost.used : "0"} />
    </span>
  );
}
