import type { ReactNode } from "react";

/** What would be here, in a sentence, and the one button that brings it about. */
export function EmptyState({ says, action }: { says: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-4 px-6 py-12 text-center">
      <p className="max-w-[52ch] text-body text-ink-2">{says}</p>
      {action}
    </div>
  );
}
