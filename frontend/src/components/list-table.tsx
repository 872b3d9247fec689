import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Listed } from "@/lib/pages";
import { DataTable, type Column } from "./data-table";
import { EmptyState } from "./empty-state";
import { ErrorState } from "./problem";
import type { Selection } from "./selection";
import { Button } from "./ui/button";
import { Card } from "./ui/card";
import { SkeletonRows } from "./ui/skeleton";

type Read<Item> = UseInfiniteQueryResult<InfiniteData<Listed<Item>>>;

interface TableOf<Row> {
  /** The name under which the choice of columns is kept. */
  id: string;
  label: string;
  columns: readonly Column<Row>[];
  rowId: (row: Row) => string;
  /** What is said where the list could not be read. */
  failed: string;
  empty: ReactNode;
  /** Where filters are set: takes them away again. */
  onClear?: (() => void) | undefined;
  /** What is said where nothing is left by the filters. */
  noMatch?: string;
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  openId?: string | undefined;
  selection?: Selection<Row> | undefined;
}

/** `rows` are what is made of the items of `list`, where its rows are not just these. */
export type ListTableProps<Row, Item = Row> = TableOf<Row> & ({ list: Read<Row>; rows?: undefined } | { list: Read<Item>; rows: readonly Row[] });

/** A list of the server's with all its states: being read, failed, empty, filtered to nothing, and more to come. */
export function ListTable<Row, Item = Row>(props: ListTableProps<Row, Item>) {
  const { t } = useTranslation();
  const { list, failed, empty, onClear, noMatch, ...table } = props;
  if (list.data === undefined) {
    return (
      <Card flush>
        {list.error !== null ? <ErrorState what={failed} error={list.error} onRetry={() => void list.refetch()} /> : <SkeletonRows count={8} rowClass="h-[47px]" />}
      </Card>
    );
  }
  return (
    <>
      <DataTable
        {...table}
        rows={props.rows ?? props.list.data?.pages.flatMap((page) => page.items) ?? []}
        busy={list.isPlaceholderData}
        empty={onClear === undefined ? empty : <EmptyState says={noMatch ?? t("list.no_match")} action={<Button onClick={onClear}>{t("list.clear")}</Button>} />}
      />
      {list.hasNextPage && (
        <Button className="self-center" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("list.more")}
        </Button>
      )}
    </>
  );
}
