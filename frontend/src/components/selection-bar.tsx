import type { ReactNode } from "react";

/** What can be done with the rows that were ticked, at the bottom of the page: how many, and what. */
export function SelectionBar({ label, says, children }: { label: string; says: string; children: ReactNode }) {
  return (
    <div data-beside-rows role="group" aria-label={label} className="sticky bottom-4 z-10 flex items-center gap-3 self-center rounded-card border border-line-strong bg-raised py-2 pr-2 pl-4 text-dense shadow-dialog phone:bottom-20">
      <span aria-live="polite">{says}</span>
      {children}
    </div>
  );
}
