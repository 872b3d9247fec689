import { getCoreRowModel, useReactTable, type ColumnDef, type VisibilityState } from "@tanstack/react-table";
import { Columns3 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Rows, type Column, type RowsProps } from "./rows";
import { IconButton } from "./ui/button";
import { Dialog } from "./ui/dialog";
import { Checkbox } from "./ui/field";

export type { Column } from "./rows";

/** Rows whose columns can be chosen; the choice is kept in this browser under the table's `id`. */
export function DataTable<Row>({ id, columns, rows, rowId, foot, ...rest }: RowsProps<Row> & { id: string }) {
  const { t } = useTranslation();
  const [visible, setVisible] = useState<VisibilityState>(() => keptColumns(id));
  const [choosing, setChoosing] = useState(false);
  // The table's functions are new with each render, and nothing here is memoised on them.
  // eslint-disable-next-line react-hooks/incompatible-library
  const table = useReactTable<Row>({
    data: rows as Row[],
    columns: columns.map(defined),
    getRowId: rowId,
    getCoreRowModel: getCoreRowModel(),
    state: { columnVisibility: visible },
    onColumnVisibilityChange: (change) => {
      const next = typeof change === "function" ? change(visible) : change;
      setVisible(next);
      keepColumns(id, next);
    },
  });
  const shown = new Set(table.getVisibleLeafColumns().map((column) => column.id));
  return (
    <>
      <Rows
        {...rest}
        columns={columns.filter((column) => shown.has(column.id))}
        rows={rows}
        rowId={rowId}
        foot={foot}
        corner={<IconButton icon={Columns3} label={t("table.columns")} onClick={() => setChoosing(true)} />}
      />
      {choosing && (
        <Dialog title={t("table.columns")} onClose={() => setChoosing(false)}>
          {table
            .getAllLeafColumns()
            .filter((column) => column.getCanHide())
            .map((column) => (
              <Checkbox
                key={column.id}
                label={String(column.columnDef.header)}
                checked={column.getIsVisible()}
                onChange={(event) => column.toggleVisibility(event.target.checked)}
              />
            ))}
        </Dialog>
      )}
    </>
  );
}

function defined<Row>(column: Column<Row>): ColumnDef<Row> {
  // What a row is called, and what is done with it, stay.
  return { id: column.id, header: column.head, enableHiding: column.place !== "title" && column.place !== "action" };
}

function keptColumns(id: string): VisibilityState {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(`ai-api.columns.${id}`) ?? "{}");
    return typeof kept === "object" && kept !== null ? (kept as VisibilityState) : {};
  } catch {
    return {};
  }
}

function keepColumns(id: string, visible: VisibilityState): void {
  try {
    localStorage.setItem(`ai-api.columns.${id}`, JSON.stringify(visible));
  } catch {
    // A private window may refuse; the choice then lasts as long as the page.
  }
}
