import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { X } from "lucide-react";

import { IconButton } from "./button";

const STAYS_MS = 8_000;

interface Toast {
  id: number;
  text: string;
  undo?: (() => void) | undefined;
}

const Toasts = createContext<(text: string, undo?: () => void) => void>(() => undefined);

/** Says what happened elsewhere or can be taken back. Never the only place of an error. */
export function useToast(): (text: string, undo?: () => void) => void {
  return useContext(Toasts);
}

/** Where toasts appear: at the bottom left, on phones above the bar. */
export function ToastPlace({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Toast[]>([]);
  const take = useCallback((id: number) => setShown((all) => all.filter((each) => each.id !== id)), []);
  const say = useCallback((text: string, undo?: () => void) => {
    setShown((all) => [...all.slice(-2), { id: (all.at(-1)?.id ?? 0) + 1, text, undo }]);
  }, []);
  const place = useMemo(
    () => (
      <div role="status" aria-live="polite" className="fixed bottom-4 left-4 z-50 flex flex-col gap-2 phone:right-4 phone:bottom-20">
        {shown.map((toast) => (
          <OneToast key={toast.id} toast={toast} onGone={() => take(toast.id)} />
        ))}
      </div>
    ),
    [shown, take],
  );
  return (
    <Toasts value={say}>
      {children}
      {place}
    </Toasts>
  );
}

function OneToast({ toast, onGone }: { toast: Toast; onGone: () => void }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(onGone, STAYS_MS);
    return () => clearTimeout(timer);
  }, [held, onGone]);
  return (
    <div
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="flex items-center gap-3 rounded-card border border-line-strong bg-raised py-2 pr-2 pl-4 text-dense text-ink shadow-dialog rise"
    >
      <span className="grow">{toast.text}</span>
      {toast.undo && (
        <button
          type="button"
          className="rounded-button px-2 py-1 font-medium text-accent-ink hover:bg-hover"
          onClick={() => {
            toast.undo?.();
            onGone();
          }}
        >
          {t("undo")}
        </button>
      )}
      <IconButton icon={X} label={t("close")} onClick={onGone} />
    </div>
  );
}
