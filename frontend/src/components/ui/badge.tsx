import { clsx } from "clsx";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

export type Tint = "ok" | "warn" | "bad" | "hold" | "acc" | "neutral";

const TINTS: Record<Tint, string> = {
  ok: "bg-ok-soft text-ok-ink",
  warn: "bg-warn-soft text-warn-ink",
  bad: "bg-bad-soft text-bad-ink",
  hold: "bg-hold-soft text-hold-ink",
  acc: "bg-accent-soft text-accent-ink",
  neutral: "bg-hover text-ink-2",
};

/** A state: an icon, a word and a tint, never the tint alone. `mono` for codes. */
export function Badge({ tint, icon: Icon, mono = false, children }: { tint: Tint; icon?: LucideIcon; mono?: boolean; children: ReactNode }) {
  return (
    <span className={clsx("inline-flex items-center gap-1.5 rounded-badge px-1.5 py-0.5 text-small font-medium", mono && "font-mono font-normal", TINTS[tint])}>
      {Icon && <Icon aria-hidden size={12} strokeWidth={2} className="shrink-0" />}
      <span>{children}</span>
    </span>
  );
}
