import { useBlocker } from "@tanstack/react-router";
import { Check } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { CopyButton } from "./copy-button";
import { ConfirmDialog } from "./ui/dialog";
import { Checkbox } from "./ui/field";

interface SecretProps {
  title: string;
  secret: string;
  /** What it means to leave without having stored it. */
  lost: string;
}

/**
 * A secret, shown this once: whoever leaves its page before it is stored is asked once. Whoever shows it holds it in memory alone:
 * not in the address, a cache, or storage. Another secret needs another `key`.
 */
export function Secret({ title, secret, lost }: SecretProps) {
  const { t } = useTranslation();
  const [stored, setStored] = useState(false);
  const blocker = useBlocker({
    // Another tab or filter of the same page is no way out.
    shouldBlockFn: ({ current, next }) => !stored && current.pathname !== next.pathname,
    enableBeforeUnload: () => !stored,
    withResolver: true,
  });
  const field = useRef<HTMLInputElement>(null);
  return (
    <section className="rounded-card border border-ok-line bg-surface p-4 outline-2 outline-ok-soft md:p-5">
      <div className="flex gap-3">
        <span aria-hidden className="flex size-6.5 shrink-0 items-center justify-center rounded-full bg-ok-soft text-ok-ink">
          <Check size={15} strokeWidth={2.25} />
        </span>
        <div>
          <h2 className="text-heading">{title}</h2>
          <p className="text-dense text-ink-2">{t("secret.once")}</p>
        </div>
      </div>
      <div className="mt-3.5 flex gap-2 phone:flex-col">
        <input
          ref={field}
          readOnly
          value={secret}
          aria-label={t("secret.label")}
          spellCheck={false}
          autoComplete="off"
          onFocus={(event) => event.currentTarget.select()}
          className="h-9 min-w-0 grow rounded-button border border-control bg-sunken px-3 font-mono text-code"
        />
        <CopyButton large text={secret} label={t("secret.copy")} source={field} />
      </div>
      <div className="mt-2 flex flex-wrap items-center justify-between gap-x-4">
        <Checkbox label={t("secret.stored")} checked={stored} onChange={(event) => setStored(event.target.checked)} />
        <p className="text-small text-ink-3">{t("secret.gone")}</p>
      </div>
      {blocker.status === "blocked" && (
        <ConfirmDialog title={t("secret.leave_ask")} verb={t("secret.leave")} busy={false} problem={null} onClose={blocker.reset} onConfirm={blocker.proceed}>
          <p>{lost}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
