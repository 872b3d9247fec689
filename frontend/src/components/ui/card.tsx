import { clsx } from "clsx";
import type { ReactNode } from "react";

/** A card: one thing with a line around it. Its `title` is a heading of the second level; `aside` stands at the right of it. */
export function Card({ title, aside, children, className, flush = false }: { title?: ReactNode; aside?: ReactNode; children: ReactNode; className?: string; flush?: boolean }) {
  return (
    <section className={clsx("min-w-0 rounded-card border border-line bg-surface", className)}>
      {title !== undefined && (
        <header className={clsx("flex min-h-11 items-center justify-between gap-3 px-4 py-2.5", flush && "border-b border-line")}>
          <h2 className="text-heading">{title}</h2>
          {aside !== undefined && <div className="text-dense text-ink-3">{aside}</div>}
        </header>
      )}
      <div className={clsx(!flush && "px-4 pb-4", !flush && title === undefined && "pt-4")}>{children}</div>
    </section>
  );
}

/** Facts in two columns: what it is, and how it is. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="flex flex-col gap-2 text-dense">{children}</dl>;
}

/** One of the facts. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-4">
      <dt className="shrink-0 text-ink-3">{label}</dt>
      <dd className="min-w-0 text-right text-ink">{children}</dd>
    </div>
  );
}
