import { useTranslation } from "react-i18next";

import type { ProviderKeyShown } from "@/client/schema.gen";
import { StatusBadge } from "@/components/status-badge";

/** How a provider key is: in use, out of use, or refused by its provider. */
export function KeyState({ shown }: { shown: Pick<ProviderKeyShown, "status" | "flagged_code"> }) {
  if (shown.status === "disabled") return <StatusBadge state="provider_key.disabled" />;
  return shown.flagged_code === null ? <StatusBadge state="provider_key.active" /> : <StatusBadge state="provider_key.refused" />;
}

/** Why it was flagged, in a sentence. */
export function FlagNote({ shown }: { shown: ProviderKeyShown }) {
  const { t } = useTranslation("providers");
  if (shown.flagged_code === null) return null;
  return (
    <p className="rounded-card border border-bad-line bg-bad-soft px-3.5 py-3 text-dense text-bad-ink">
      {t("flagged")} <code className="font-mono text-code">{shown.flagged_code}</code>
    </p>
  );
}
