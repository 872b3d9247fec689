import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Paged } from "@/lib/paged";
import { DataTable, type Column } from "./data-table";
import { ErrorState } from "./problem";
import { Button } from "./ui/button";
import { Card } from "./ui/card";
import { SkeletonRows } from "./ui/skeleton";

interface PagedTableProps<Row> {
  /** The table's name among those whose columns are kept. */
  id: string;
  label: string;
  list: UseInfiniteQueryResult<InfiniteData<Paged<Row>>>;
  columns: readonly Column<Row>[];
  rowId: (row: Row) => string;
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  openId?: string | undefined;
  /** What could not be loaded, in a sentence. */
  failed: string;
  empty: ReactNode;
}

/** A list of the API as a table: being read, failed, empty, or its rows with a way to more of them. */
export function PagedTable<Row>({ list, failed, ...table }: PagedTableProps<Row>) {
  const { t } = useTranslation();
  if (list.error !== null && list.data === undefined) {
    return (
      <Card flush>
        <ErrorState what={failed} error={list.error} onRetry={() => void list.refetch()} />
      </Card>
    );
  }
  if (list.data === undefined) {
    return (
      <Card flush>
        <SkeletonRows count={8} />
      </Card>
    );
  }
  return (
    <>
      <DataTable {...table} rows={list.data.pages.flatMap((page) => page.items)} busy={list.isPlaceholderData} />
      {list.hasNextPage && (
        <Button className="self-center" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("show_more")}
        </Button>
      )}
    </>
  );
}
