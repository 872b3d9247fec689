import { clsx } from "clsx";
import type { LucideIcon } from "lucide-react";
import { cloneElement, createContext, useContext, useId, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from "react";
import { flushSync } from "react-dom";

const GAP_PX = 6;
const EDGE_PX = 8;

const Close = createContext<() => void>(() => undefined);

interface TriggerProps {
  id?: string;
  "aria-haspopup"?: "menu";
  "aria-expanded"?: boolean;
  "aria-controls"?: string;
  popoverTarget?: string;
  onKeyDown?: (event: KeyboardEvent) => void;
}

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement<TriggerProps>;
  children: ReactNode;
  align?: "start" | "end";
  side?: "top" | "bottom";
}

/** A menu of actions at a button: the browser's own popover, above everything, closed by Esc or a press beside it. */
export function Menu({ trigger, children, align = "end", side = "bottom" }: MenuProps) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const buttonId = `${id}-button`;

  function place() {
    const [shown, button] = [menu.current, document.getElementById(buttonId)];
    if (shown === null || button === null) return;
    const [at, size] = [button.getBoundingClientRect(), shown.getBoundingClientRect()];
    const above = side === "top" || at.bottom + GAP_PX + size.height > innerHeight - EDGE_PX;
    const left = align === "start" ? at.left : at.right - size.width;
    shown.style.top = `${above ? Math.max(EDGE_PX, at.top - GAP_PX - size.height) : at.bottom + GAP_PX}px`;
    shown.style.left = `${Math.min(Math.max(EDGE_PX, left), innerWidth - size.width - EDGE_PX)}px`;
  }

  function step(event: KeyboardEvent) {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]:not([aria-disabled=true])") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Tab") menu.current?.hidePopover();
    if (to === undefined || items.length === 0) return;
    event.preventDefault();
    items[to % items.length]?.focus();
  }

  return (
    <>
      {cloneElement(trigger, {
        id: buttonId,
        "aria-haspopup": "menu",
        "aria-expanded": open,
        "aria-controls": `${id}-menu`,
        popoverTarget: `${id}-menu`,
      })}
      <div
        ref={menu}
        id={`${id}-menu`}
        role="menu"
        tabIndex={-1}
        aria-labelledby={buttonId}
        popover="auto"
        onKeyDown={step}
        onToggle={(event) => {
          const isOpen = event.newState === "open";
          // What is in it has to be there to be measured, and to be given the focus.
          flushSync(() => setOpen(isOpen));
          if (!isOpen) return;
          place();
          menu.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
        }}
        className="fixed inset-auto m-0 min-w-44 rounded-card border border-line-strong bg-raised p-1 text-ink shadow-menu"
      >
        {open && <Close value={() => menu.current?.hidePopover()}>{children}</Close>}
      </div>
    </>
  );
}

interface MenuItemProps {
  icon?: LucideIcon;
  onSelect: () => void;
  destructive?: boolean;
  children: ReactNode;
}

/** One action of a menu. */
export function MenuItem({ icon: Icon, onSelect, destructive = false, children }: MenuItemProps) {
  const close = useContext(Close);
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      onClick={() => {
        close();
        onSelect();
      }}
      className={clsx(
        "flex min-h-8 w-full items-center gap-2.5 rounded-button px-2.5 text-left text-dense hover:bg-hover focus-visible:bg-hover focus-visible:-outline-offset-2 coarse:min-h-11",
        destructive ? "text-bad-ink" : "text-ink",
      )}
    >
      {Icon && <Icon aria-hidden size={16} strokeWidth={1.75} />}
      {children}
    </button>
  );
}

/** A line between actions. */
export function MenuLine() {
  return <hr className="mx-1 my-1 border-line" />;
}
