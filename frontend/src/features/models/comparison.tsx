import { clsx } from "clsx";
import { EqualNot } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** One thing that is compared. Cells differ where their `same` does; a line without it is not compared. */
export interface Line {
  id: string;
  name: string;
  says?: ReactNode;
  cells: readonly { shows: ReactNode; same?: string }[];
}

interface ComparisonProps {
  label: string;
  heads: readonly { id: string; shows: ReactNode }[];
  lines: readonly Line[];
}

/** Things as columns, what is compared as rows; rows in which they differ are marked. */
export function Comparison({ label, heads, lines }: ComparisonProps) {
  const { t } = useTranslation("models");
  return (
    // Four columns are wider than a phone: they scroll in a region of their own, which a keyboard must be able to reach.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label={label} tabIndex={0} className="relative overflow-x-auto rounded-card border border-line bg-surface -outline-offset-2">
      <table className="w-full border-collapse text-dense">
        <thead>
          <tr className="border-b border-line align-top">
            <td className="sticky left-0 z-1 w-48 min-w-28 bg-surface" />
            {heads.map((head) => (
              <th key={head.id} scope="col" className="w-1/4 min-w-40 px-3 py-2.5 text-left font-normal last:pr-4">
                {head.shows}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const differs = new Set(line.cells.map((cell) => cell.same)).size > 1;
            return (
              <tr key={line.id} className="border-b border-line align-top last:border-b-0">
                <th scope="row" className={clsx("sticky left-0 z-1 bg-surface py-2.5 pr-3 pl-4 text-left", differs ? "font-semibold text-ink" : "font-normal text-ink-2")}>
                  <span className="flex items-center gap-1.5">
                    {line.name}
                    {differs && <EqualNot aria-hidden size={13} className="shrink-0 text-accent-ink" />}
                  </span>
                  {differs && <span className="sr-only">{t("compare.differs")}</span>}
                  {line.says !== undefined && <span className="block text-small font-normal text-ink-3">{line.says}</span>}
                </th>
                {line.cells.map((cell, index) => (
                  <td key={heads[index]?.id} className={clsx("px-3 py-2.5 last:pr-4", differs && "bg-accent-soft")}>
                    {cell.shows}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
