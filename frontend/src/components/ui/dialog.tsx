import { clsx } from "clsx";
import { X } from "lucide-react";
import { useEffect, useId, useLayoutEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "./button";
import { ProblemNote } from "../problem";
import type { ApiProblem } from "@/client/problem";

interface DialogProps {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  /** The buttons at the end. */
  actions?: ReactNode;
  wide?: boolean;
  /** False for what must be answered: neither Esc nor a press beside it closes it. */
  closable?: boolean;
}

/** A dialog while it is there; on phones a sheet from below. The browser itself traps focus in it and gives it back. */
export function Dialog({ title, onClose, children, actions, wide = false, closable = true }: DialogProps) {
  const { t } = useTranslation();
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Closed while it is still in the page: one that was taken out gives no focus back.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    // The press beside it is a convenience: Esc and the button do the same by keyboard.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (closable) onClose();
      }}
      onClick={(event) => {
        if (closable && event.target === ref.current) onClose();
      }}
      className={clsx(
        "m-auto max-h-[85dvh] w-full overscroll-contain text-left whitespace-normal rounded-dialog border border-line bg-raised p-0 shadow-dialog rise",
        "phone:mx-0 phone:mt-auto phone:mb-0 phone:max-w-none phone:rounded-b-none phone:slide-up",
        wide ? "max-w-[640px]" : "max-w-[440px]",
      )}
    >
      <div className="flex max-h-[85dvh] flex-col">
        <div aria-hidden className="mx-auto mt-2 hidden h-1 w-9 rounded-full bg-line-strong phone:block" />
        <header className="flex items-start justify-between gap-3 px-5 pt-4">
          <h2 id={id} className="text-heading">
            {title}
          </h2>
          {closable && <IconButton icon={X} label={t("close")} onClick={onClose} className="-mt-1 -mr-2" />}
        </header>
        <div className="overflow-y-auto px-5 py-4 text-body text-ink-2">{children}</div>
        {actions !== undefined && (
          <footer className="flex justify-end gap-2 border-t border-line px-5 py-3.5 phone:pb-[max(0.875rem,env(safe-area-inset-bottom))]">{actions}</footer>
        )}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  /** The question, with the name: "Revoke Mei’s laptop?" */
  title: string;
  /** The verb, which the button repeats. */
  verb: string;
  onConfirm: () => void;
  onClose: () => void;
  busy: boolean;
  problem: ApiProblem | null;
  destructive?: boolean;
  /** What stops by it, counted. */
  children: ReactNode;
}

/** Asks before something stops. Focus begins on Cancel. */
export function ConfirmDialog({ title, verb, onConfirm, onClose, busy, problem, destructive = true, children }: ConfirmProps) {
  const { t } = useTranslation();
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => cancel.current?.focus(), []);
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button ref={cancel} onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button look={destructive ? "solid-destructive" : "primary"} busy={busy} onClick={onConfirm}>
            {verb}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {children}
        <ProblemNote problem={problem} />
      </div>
    </Dialog>
  );
}
