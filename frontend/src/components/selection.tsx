import { X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { READ_AT_MOST } from "@/lib/read-all";
import { useWrite } from "@/lib/writes";
import { ProblemNote } from "./problem";
import { Button, IconButton } from "./ui/button";
import { Checkbox } from "./ui/field";

/** The rows of a table that are ticked; they stay ticked while the list shows others of the same question. */
export interface Selection<Row> {
  rows: readonly Row[];
  has: (row: Row) => boolean;
  toggle: (row: Row) => void;
  replace: (rows: readonly Row[]) => void;
  /** What a row is called, for those who do not see where its box stands. */
  nameOf: (row: Row) => string;
}

interface SelectionOptions<Row> {
  /** What the list is asked for: another question begins with nothing ticked, so that nothing is done to rows out of sight. */
  of: unknown;
  rowId: (row: Row) => string;
  nameOf: (row: Row) => string;
}

/** A table's ticked rows, none at first. */
export function useSelection<Row>({ of, rowId, nameOf }: SelectionOptions<Row>): Selection<Row> {
  const question = JSON.stringify(of);
  const [kept, setKept] = useState({ question, rows: new Map<string, Row>() });
  const rows = kept.question === question ? kept.rows : new Map<string, Row>();
  const set = (next: Map<string, Row>) => setKept({ question, rows: next });
  return {
    rows: [...rows.values()],
    has: (row) => rows.has(rowId(row)),
    toggle: (row) => {
      const next = new Map(rows);
      if (!next.delete(rowId(row))) next.set(rowId(row), row);
      set(next);
    },
    replace: (all) => set(new Map(all.map((row) => [rowId(row), row]))),
    nameOf,
  };
}

/** The box of one row. */
export function SelectRow<Row>({ row, selection }: { row: Row; selection: Selection<Row> }) {
  const { t } = useTranslation();
  return (
    <Checkbox
      data-select
      label={<span className="sr-only">{t("selection.one", { name: selection.nameOf(row) })}</span>}
      checked={selection.has(row)}
      onChange={() => selection.toggle(row)}
    />
  );
}

/** The box above the rows: all that are shown, or none. */
export function SelectShown<Row>({ rows, selection }: { rows: readonly Row[]; selection: Selection<Row> }) {
  const { t } = useTranslation();
  const count = rows.filter(selection.has).length;
  return (
    <Checkbox
      ref={(box) => {
        if (box !== null) box.indeterminate = count > 0 && count < rows.length;
      }}
      label={<span className="sr-only">{t("selection.shown")}</span>}
      checked={rows.length > 0 && count === rows.length}
      onChange={(event) => selection.replace(event.target.checked ? rows : [])}
    />
  );
}

interface BulkBarProps<Row> {
  /** What the bar is about, for those who do not see it. */
  label: string;
  selection: Selection<Row>;
  /** The rows that the list shows, and whether it has more of them. */
  shown: readonly Row[];
  hasMore: boolean;
  /** Reads every row that matches, shown or not. */
  readAll: () => Promise<Row[]>;
  /** What can be done to all of them. */
  children: ReactNode;
}

/** How many rows are ticked and what can be done to them. All that match, beyond what is shown, is a second step. */
export function BulkBar<Row>({ label, selection, shown, hasMore, readAll, children }: BulkBarProps<Row>) {
  const { t } = useTranslation();
  const all = useWrite({ write: readAll, touches: [], onDone: selection.replace });
  const count = selection.rows.length;
  if (count === 0) return null;
  const areShown = shown.every(selection.has);
  const areAll = all.data?.length === count && areShown;
  return (
    <div data-beside-rows className="sticky bottom-4 z-10 flex max-w-full flex-col gap-2 self-center rounded-card border border-line-strong bg-raised px-2 py-2 shadow-dialog phone:bottom-20 phone:self-stretch">
      <div role="group" aria-label={label} className="flex flex-wrap items-center gap-2 text-dense">
        <span aria-live="polite" className="pl-2 font-medium whitespace-nowrap phone:grow">
          {areAll ? t(count >= READ_AT_MOST ? "selection.first" : "selection.all", { count }) : t("selection.count", { count })}
        </span>
        {!areShown && (
          <Button small look="quiet" onClick={() => selection.replace(shown)}>
            {t("selection.shown")}
          </Button>
        )}
        {areShown && hasMore && !areAll && (
          <Button small look="quiet" busy={all.isPending} onClick={() => all.mutate(undefined)}>
            {t("selection.match")}
          </Button>
        )}
        <IconButton icon={X} label={t("selection.clear")} onClick={() => selection.replace([])} className="phone:order-2 md:order-last" />
        <span className="flex flex-wrap gap-1.5 phone:order-3 phone:basis-full">{children}</span>
      </div>
      <ProblemNote problem={all.problem} />
    </div>
  );
}
