import { useTranslation } from "react-i18next";

import type { ProviderKeyListed } from "@/client/schema.gen";
import { StatusBadge } from "@/components/status-badge";

/** How a provider key does, in a word. */
export function KeyState({ shown }: { shown: Pick<ProviderKeyListed, "state"> }) {
  return <StatusBadge state={`provider_key.${shown.state}`} />;
}

/** Why it does not work, in a sentence. */
export function StateNote({ shown }: { shown: Pick<ProviderKeyListed, "state" | "flagged_code"> }) {
  const { t } = useTranslation("providers");
  if (shown.state !== "refused" && shown.state !== "unreachable") return null;
  return (
    <p className="rounded-card border border-bad-line bg-bad-soft px-3.5 py-3 text-dense text-bad-ink">
      {t(shown.state === "refused" ? "flagged" : "unreachable")}
      {shown.flagged_code !== null && (
        <>
          {" "}
          <code className="font-mono text-code">{shown.flagged_code}</code>
        </>
      )}
    </p>
  );
}
