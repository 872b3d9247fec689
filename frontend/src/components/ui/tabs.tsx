import { clsx } from "clsx";
import { useId, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode } from "react";

// How much of its neighbour is seen beside a tab, so that there seems to be one.
const PEEK_PX = 36;

interface TabsProps<Name extends string> {
  label: string;
  tabs: readonly { name: Name; label: string; content: ReactNode }[];
  value: Name;
  onChange: (name: Name) => void;
  /** At the right of the tabs. */
  aside?: ReactNode;
  /** `line` for a page's parts, `box` within a block of code. */
  look?: "line" | "box";
}

/** Several contents in one place, chosen by tabs; arrow keys go between them. */
export function Tabs<Name extends string>({ label, tabs, value, onChange, aside, look = "line" }: TabsProps<Name>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const shown = tabs.find((tab) => tab.name === value) ?? tabs[0];

  // On a narrow screen the one that shows may stand beyond the edge; the page itself is not moved.
  useLayoutEffect(() => {
    const [row, tab] = [list.current, list.current?.querySelector<HTMLElement>('[aria-selected="true"]')];
    if (!row || !tab) return;
    const from = tab.offsetLeft - row.offsetLeft - PEEK_PX;
    const to = tab.offsetLeft - row.offsetLeft + tab.offsetWidth + PEEK_PX;
    if (from < row.scrollLeft) row.scrollLeft = from;
    else if (to > row.scrollLeft + row.clientWidth) row.scrollLeft = to - row.clientWidth;
  }, [shown?.name]);

  function step(event: KeyboardEvent) {
    const at = tabs.findIndex((tab) => tab.name === shown?.name);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[to % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    onChange(next.name);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${next.name}`)}`)?.focus();
  }

  return (
    <div>
      <div className={clsx("flex items-center gap-2 border-b border-line", look === "box" && "p-1.5")}>
        <div ref={list} role="tablist" aria-label={label} className={clsx("flex min-w-0 grow overflow-x-auto", look === "line" ? "gap-5 px-4" : "gap-0.5")}>
          {tabs.map((tab) => (
            <button
              key={tab.name}
              id={`${id}-${tab.name}`}
              type="button"
              role="tab"
              aria-selected={tab === shown}
              aria-controls={tab === shown ? `${id}-panel` : undefined}
              tabIndex={tab === shown ? 0 : -1}
              onKeyDown={step}
              onClick={() => onChange(tab.name)}
              className={clsx(
                "shrink-0 text-dense font-medium whitespace-nowrap text-ink-3 hover:text-ink aria-selected:text-ink coarse:min-h-11",
                look === "line"
                  ? "border-b-2 border-transparent py-2.5 -outline-offset-2 aria-selected:border-accent"
                  : "h-7 rounded-button border border-transparent px-2.5 aria-selected:border-line aria-selected:bg-surface",
              )}
            >
              {tab.label}
            </button>
          ))}
        </div>
        {aside}
      </div>
      {shown && (
        <div key={shown.name} id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${shown.name}`}>
          {shown.content}
        </div>
      )}
    </div>
  );
}
