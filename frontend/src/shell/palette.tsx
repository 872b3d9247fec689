import { clsx } from "clsx";
import { Search } from "lucide-react";
import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { administrates, useMe } from "@/session/me";
import { useItems, type Item } from "./palette-items";

interface PaletteProps {
  /** What was typed before it was there. */
  typed: string;
  onClose: () => void;
}

/** One field that finds pages, models and credentials, and begins what is done often. Everything in it is reachable without it. */
export default function Palette({ typed: before, onClose }: PaletteProps) {
  const { t } = useTranslation();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState(before);
  const [at, setAt] = useState(0);
  const { items, isSearching } = useItems(typed, onClose);
  const isAdministrator = administrates(useMe());
  // Who types fast presses Enter before the answer is here: the first of what comes is what they meant.
  const entered = useRef(false);
  const leaves = useRef(false);
  const take = useCallback((item: Item | undefined) => {
    leaves.current = item !== undefined && item.stays === undefined;
    item?.act();
  }, []);
  useEffect(() => {
    if (!entered.current || isSearching) return;
    entered.current = false;
    take(items[0]);
  }, [isSearching, items, take]);
  // As every dialog: closed before it leaves the page, it gives the focus back; but to nobody where another page is opened, which
  // begins at its heading.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      shown?.close();
      if (leaves.current && document.activeElement instanceof HTMLElement) document.activeElement.blur();
    };
  }, []);

  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [id, at]);

  function pressed(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt((now) => Math.min(items.length - 1, now + 1));
    else if (event.key === "ArrowUp") setAt((now) => Math.max(0, now - 1));
    else if (event.key === "Enter") {
      if (items[at] !== undefined) take(items[at]);
      else entered.current = isSearching;
    }
    else return;
    event.preventDefault();
  }

  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- Esc closes it too
    <dialog
      ref={dialog}
      aria-label={t("palette.open")}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
      className="mx-auto mt-[12dvh] w-[calc(100%-2rem)] max-w-[560px] rounded-dialog border border-line bg-raised p-0 shadow-dialog rise"
    >
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search aria-hidden size={16} className="text-ink-3" />
        <input
          role="combobox"
          aria-expanded
          aria-controls={`${id}-found`}
          aria-activedescendant={items[at] ? `${id}-${at}` : undefined}
          aria-label={t("palette.open")}
          placeholder={t("palette.open")}
          value={typed}
          onKeyDown={pressed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
            entered.current = false;
          }}
          className="h-12 grow bg-transparent text-body outline-none"
        />
      </div>
      <ul id={`${id}-found`} role="listbox" aria-label={t("palette.found")} className="max-h-[50dvh] overflow-y-auto p-1.5">
        {items.map((item, index) => {
          const Icon = item.icon;
          return (
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- Enter in the field does the same
            <li
              key={item.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              onClick={() => take(item)}
              onPointerMove={() => setAt(index)}
              className={clsx("flex min-h-9 cursor-pointer items-center gap-3 rounded-button px-2.5 text-dense coarse:min-h-11", index === at && "bg-hover")}
            >
              <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-ink-3" />
              <span className="truncate">{item.name}</span>
              {item.says !== undefined && <span className="ml-auto truncate pl-4 text-ink-3">{item.says}</span>}
            </li>
          );
        })}
      </ul>
      <p role="status" className="border-t border-line px-4 py-2.5 text-small text-ink-3 empty:hidden">
        {items.length === 0 && (isSearching ? t("palette.searching") : t("palette.nothing"))}
        {typed === "" && isAdministrator && t("palette.why_hint")}
      </p>
    </dialog>
  );
}
