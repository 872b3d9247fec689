import { clsx } from "clsx";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useSetting } from "@/lib/settings";
import { SelectRow, SelectShown, type Selection } from "./selection";
import { Button } from "./ui/button";

/**
 * A column. `sort` is the API's name of its order. On phones a row is a card: `place` says where of it this stands; `title` and
 * `state` share the first line, `text` has one of its own, numbers stand together, each with its heading, and `wide` is left out.
 */
export interface Column<Row> {
  id: string;
  head: string;
  cell: (row: Row) => ReactNode;
  place: "title" | "state" | "text" | "number" | "action" | "wide";
  align?: "right";
  sort?: string;
}

export interface RowsProps<Row> {
  /** What the table lists, for those who do not see it. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** The order as the API has it: `name`, or `-name` downwards. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  /** Other rows are on their way: these stay, dimmed. */
  busy?: boolean;
  /** The row whose panel is open. */
  openId?: string | undefined;
  /** What stands in place of rows where there are none. */
  empty: ReactNode;
  /** Pages by cursor; absent where all rows are here. */
  pages?: { onNewer: (() => void) | null; onOlder: (() => void) | null };
  foot?: ReactNode;
  /** What stands below all rows, by the id of its column. */
  total?: Readonly<Record<string, ReactNode>>;
  /** At the end of the heads' row. */
  corner?: ReactNode;
  /** Without a line around it, for a card that has one. */
  bare?: boolean;
  /** Where rows can be ticked: which are. */
  selection?: Selection<Row> | undefined;
}

const CELLS = {
  title: "phone:order-1 phone:min-w-0 phone:grow phone:basis-1/2 phone:text-body",
  state: "phone:order-2 phone:ml-auto",
  text: "phone:order-3 phone:basis-full phone:text-ink-2",
  number: "phone:order-4 phone:text-left phone:before:mr-1 phone:before:text-ink-3 phone:before:content-[attr(data-head)]",
  action: "phone:order-5 phone:ml-auto phone:empty:hidden",
  wide: "phone:hidden",
} as const;

const CARD = "phone:flex phone:flex-wrap phone:items-center phone:gap-x-4 phone:gap-y-1.5 phone:rounded-card phone:border phone:border-line phone:bg-surface phone:p-3.5 phone:last:border-b";

/** A list in rows, on phones in cards: the same elements with the same roles, laid out in another way. */
export function Rows<Row>({ label, columns, rows, rowId, sort, onSort, busy = false, openId, empty, pages, foot, total, corner, bare = false, selection }: RowsProps<Row>) {
  const { t } = useTranslation();
  const last = columns.at(-1);
  // The corner lies over the end of the heads' row: words that end there make room for it, and what stands under them with them.
  const makesRoom = corner !== undefined && last?.align === "right" && last.place !== "action";
  return (
    <div className={clsx("relative min-w-0 rounded-card", bare ? "phone:[&_tr]:border-x-0 phone:[&_tbody]:gap-0" : "border border-line bg-surface phone:border-0 phone:bg-transparent")} aria-busy={busy || undefined}>
      {busy && <div aria-hidden className="absolute inset-x-0 top-0 h-0.5 overflow-hidden bg-accent appear-late shimmer" />}
      {corner !== undefined && rows.length > 0 && <div className="absolute top-1 right-2 z-1 phone:hidden">{corner}</div>}
      {rows.length === 0 ? (
        <div className="phone:rounded-card phone:border phone:border-line phone:bg-surface">{empty}</div>
      ) : (
        // Wide tables scroll in a region of their own, which a keyboard must be able to reach.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div role="region" aria-label={label} tabIndex={0} className={clsx("overflow-x-auto rounded-card -outline-offset-2 phone:overflow-visible", busy && "opacity-60")}>
          <table role="table" aria-label={label} className={clsx("w-full border-collapse text-dense phone:block", makesRoom && "md:[&_tr>:last-child]:pr-12")}>
            <thead className="phone:sr-only">
              <tr role="row" className="border-b border-line">
                {selection !== undefined && (
                  <th role="columnheader" scope="col" className="w-8 pl-4 text-left">
                    <SelectShown rows={rows} selection={selection} />
                  </th>
                )}
                {columns.map((column) => (
                  <Head key={column.id} column={column} sort={sort} onSort={onSort} />
                ))}
              </tr>
            </thead>
            <tbody className="phone:flex phone:flex-col phone:gap-3">
              {rows.map((row) => (
                <tr
                  key={rowId(row)}
                  role="row"
                  data-row
                  className={clsx(
                    "border-b border-line last:border-b-0 hover:bg-hover",
                    CARD,
                    (rowId(row) === openId || selection?.has(row)) && "bg-accent-soft",
                    rowId(row) === openId && "shadow-[inset_2px_0_var(--accent)]",
                  )}
                >
                  {selection !== undefined && (
                    // eslint-disable-next-line jsx-a11y/no-interactive-element-to-noninteractive-role -- no widget: a cell
                    <td role="cell" className="w-8 pl-4 phone:order-0 phone:w-auto phone:pl-0">
                      <SelectRow row={row} selection={selection} />
                    </td>
                  )}
                  {columns.map((column) => (
                    <Cell key={column.id} column={column}>
                      {column.cell(row)}
                    </Cell>
                  ))}
                </tr>
              ))}
            </tbody>
            {total !== undefined && (
              <tfoot className="phone:mt-3 phone:block">
                <tr role="row" className={clsx("border-t border-line-strong font-semibold", CARD)}>
                  {columns.map((column) => (
                    <Cell key={column.id} column={column}>
                      {total[column.id]}
                    </Cell>
                  ))}
                </tr>
              </tfoot>
            )}
          </table>
        </div>
      )}
      {(pages !== undefined || foot !== undefined) && rows.length > 0 && (
        <div className="flex min-h-11 items-center justify-between gap-3 border-t border-line px-4 py-2 text-dense text-ink-3 phone:mt-3 phone:border-t-0 phone:px-0">
          <div>{foot}</div>
          {pages !== undefined && (pages.onNewer !== null || pages.onOlder !== null) && (
            <nav aria-label={t("pages")} className="flex gap-2">
              <Button small disabled={pages.onNewer === null} onClick={() => pages.onNewer?.()}>
                {t("newer")}
              </Button>
              <Button small disabled={pages.onOlder === null} onClick={() => pages.onOlder?.()}>
                {t("older")}
              </Button>
            </nav>
          )}
        </div>
      )}
    </div>
  );
}

// On phones the cells are no table any more to a browser: the roles keep it one to a screen reader.
function Cell<Row>({ column, children }: { column: Column<Row>; children: ReactNode }) {
  const [density] = useSetting("density");
  return (
    <td
      // eslint-disable-next-line jsx-a11y/no-interactive-element-to-noninteractive-role -- no widget: a cell
      role="cell"
      data-head={column.head}
      className={clsx(
        "px-3 first:pl-4 last:pr-4 phone:p-0 phone:first:pl-0 phone:last:pr-0",
        density === "compact" ? "py-1" : "py-2",
        column.align === "right" && "text-right whitespace-nowrap",
        CELLS[column.place],
      )}
    >
      {children}
    </td>
  );
}

function Head<Row>({ column, sort, onSort }: { column: Column<Row>; sort: string | undefined; onSort: ((sort: string) => void) | undefined }) {
  const field = column.sort;
  const direction = field === undefined || sort === undefined ? undefined : sort === field ? "ascending" : sort === `-${field}` ? "descending" : undefined;
  const right = column.align === "right";
  const Arrow = direction === "ascending" ? ArrowUp : ArrowDown;
  return (
    <th
      role="columnheader"
      scope="col"
      aria-sort={direction}
      className={clsx("h-9 px-3 text-small font-medium whitespace-nowrap text-ink-3 first:pl-4 last:pr-4", right ? "text-right" : "text-left")}
    >
      {field === undefined || onSort === undefined ? (
        <span className={column.place === "action" ? "sr-only" : undefined}>{column.head}</span>
      ) : (
        <button type="button" onClick={() => onSort(direction === "descending" ? field : `-${field}`)} className={clsx("inline-flex items-center gap-1 hover:text-ink", direction && "text-ink")}>
          {column.head}
          {direction && <Arrow aria-hidden size={13} />}
        </button>
      )}
    </th>
  );
}
