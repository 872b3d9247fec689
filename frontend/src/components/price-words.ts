import { useTranslation } from "react-i18next";

import type { PriceKind } from "@/lib/prices";

/** What a kind of price is called. */
export function usePriceWords(): (kind: PriceKind) => string {
  const { t } = useTranslation();
  return (kind) => t(`price.${kind}`);
}
