import { CircleCheck, CircleX } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Explained } from "@/client/schema.gen";
import { ReasonChain } from "./reason-chain";
import { verdictOf } from "./verdict";

/** The verdict first, then every check in its order. */
export function Explanation({ name, explained }: { name: string; explained: Explained }) {
  const { t } = useTranslation("people");
  const verdict = verdictOf(explained);
  return (
    <div aria-live="polite" className="flex flex-col gap-4">
      {explained.answer === null ? (
        <p className="flex gap-2.5 rounded-card border border-ok-line bg-ok-soft px-3.5 py-2.5 text-dense text-ok-ink">
          <CircleCheck aria-hidden size={16} className="mt-0.5 shrink-0" />
          {t("explain.yes", { name })}
        </p>
      ) : (
        <div className="flex gap-2.5 rounded-card border border-bad-line bg-bad-soft px-3.5 py-2.5 text-dense text-bad-ink">
          <CircleX aria-hidden size={16} className="mt-0.5 shrink-0" />
          <div className="flex min-w-0 flex-col gap-0.5">
            {verdict !== null && <p className="font-medium">{t(`verdict.${verdict}`, { name })}</p>}
            <p className="break-words text-ink-2">
              {t("explain.told")} <span lang="en">{explained.answer.words}</span> <code className="font-mono text-code">{explained.answer.code}</code>
            </p>
          </div>
        </div>
      )}
      <ReasonChain explained={explained} />
    </div>
  );
}
