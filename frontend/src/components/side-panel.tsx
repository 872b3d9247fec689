import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "./ui/button";

interface SidePanelProps {
  label: string;
  head: ReactNode;
  onClose: () => void;
  /** The row above and the one below; null where there is none. */
  onPrevious: (() => void) | null;
  onNext: (() => void) | null;
  children: ReactNode;
}

/** The keys of a panel, and what each does. */
export const PANEL_KEYS = [
  { key: "ArrowUp", shown: "↑", name: "panel.previous" },
  { key: "ArrowDown", shown: "↓", name: "panel.next" },
  { key: "Escape", shown: "Esc", name: "close" },
] as const;

/** A row's detail beside its list; where there is no room for both, over it. Arrow keys walk the list, Esc closes. */
export function SidePanel({ label, head, onClose, onPrevious, onNext, children }: SidePanelProps) {
  const { t } = useTranslation();
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      // What is typed into a field, or pressed in a dialog, is not meant for the panel.
      if (event.defaultPrevented || (event.target instanceof Element && event.target.closest("input, textarea, select, dialog, [role=menu]") !== null)) return;
      const name = PANEL_KEYS.find((each) => each.key === event.key)?.name;
      const act = name === undefined ? null : { close: onClose, "panel.previous": onPrevious, "panel.next": onNext }[name];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, [onClose, onPrevious, onNext]);
  return (
    <aside
      ref={ref}
      aria-label={label}
      tabIndex={-1}
      data-beside-rows
      className="fixed top-[52px] right-0 bottom-0 z-10 flex w-full flex-col overflow-y-auto border-l border-line bg-surface shadow-panel outline-none md:w-[424px] phone:top-[54px] phone:bottom-14 phone:border-l-0"
    >
      <header className="sticky top-0 flex items-center justify-between gap-3 border-b border-line bg-surface px-5 py-2.5">
        <div className="min-w-0">{head}</div>
        <div className="flex shrink-0">
          <IconButton icon={ArrowUp} label={t("panel.previous")} disabled={onPrevious === null} onClick={() => onPrevious?.()} />
          <IconButton icon={ArrowDown} label={t("panel.next")} disabled={onNext === null} onClick={() => onNext?.()} />
          <IconButton icon={X} label={t("close")} onClick={onClose} />
        </div>
      </header>
      <div className="flex flex-col divide-y divide-line">{children}</div>
    </aside>
  );
}

/** A part of a panel, with a heading where it has one. */
export function PanelPart({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <section className="px-5 py-4">
      {title !== undefined && <h3 className="mb-2.5 text-heading">{title}</h3>}
      {children}
    </section>
  );
}
