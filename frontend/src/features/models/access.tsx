import { useTranslation } from "react-i18next";

import type { MyModelShown } from "@/client/schema.gen";
import { useLimitWords } from "@/components/limit-bar";
import { StatusBadge } from "@/components/status-badge";

/** The member's right to a model: its state, or under which limit it could be claimed, or why not. */
export function MyAccess({ model }: { model: MyModelShown }) {
  const { t } = useTranslation("models");
  const words = useLimitWords();
  if (model.allocation !== null) return model.allocation.state === "active" ? <StatusBadge state="access.granted" /> : <StatusBadge state={`allocation.${model.allocation.state}`} />;
  if (model.claimable) {
    const [first] = model.default_limits;
    return <span className="text-ink-3">{first === undefined ? t("no_limit") : words.each(first)}</span>;
  }
  return model.why_not === "claim_locked" ? <StatusBadge state="access.locked" /> : <span className="text-ink-3">{t("access.ask")}</span>;
}
