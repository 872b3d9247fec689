import { clsx } from "clsx";
import { Check, Copy } from "lucide-react";
import { useEffect, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import { buttonClass } from "./ui/button";

interface CopyButtonProps {
  text: string;
  /** What is copied, for those who do not see it: "Copy the secret". */
  label: string;
  iconOnly?: boolean;
  large?: boolean;
  /** Where the text stands: it is selected where the clipboard refuses. */
  source?: RefObject<HTMLElement | null>;
  onCopied?: () => void;
}

/** Copies, and says so only after the clipboard did. Where it refuses, it selects the text and says what to press. */
export function CopyButton({ text, label, iconOnly = false, large = false, source, onCopied }: CopyButtonProps) {
  const { t } = useTranslation();
  const [state, setState] = useState<"rest" | "copied" | "refused">("rest");
  useEffect(() => {
    if (state === "rest") return;
    const timer = setTimeout(() => setState("rest"), state === "copied" ? 2_000 : 6_000);
    return () => clearTimeout(timer);
  }, [state]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      select(source?.current ?? null);
      setState("refused");
      return;
    }
    setState("copied");
    onCopied?.();
  }

  const says = { rest: t("copy"), copied: t("copied"), refused: t("copy_refused") }[state];
  const Icon = state === "copied" ? Check : Copy;
  return (
    <button
      type="button"
      aria-label={state === "rest" ? label : undefined}
      title={iconOnly ? label : undefined}
      onClick={() => void copy()}
      className={clsx(
        iconOnly ? "relative inline-flex size-6 items-center justify-center rounded-button hover:bg-hover coarse:size-9" : buttonClass(large ? "default" : "quiet", !large),
        state === "copied" && (large ? "border-ok-line bg-ok-soft text-ok-ink" : "text-ok-ink"),
      )}
    >
      <Icon aria-hidden size={iconOnly ? 14 : 16} strokeWidth={1.75} />
      <span aria-live="polite" className={clsx(iconOnly && state !== "refused" && "sr-only")}>
        {iconOnly && state === "rest" ? "" : says}
      </span>
    </button>
  );
}

function select(element: HTMLElement | null) {
  if (element === null) return;
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
    element.focus();
    element.select();
    return;
  }
  getSelection()?.selectAllChildren(element);
}
