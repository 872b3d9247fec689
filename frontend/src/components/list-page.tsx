import type { ReactNode } from "react";

import { EmptyState } from "./empty-state";
import { Filters } from "./filters";
import { ListTable, type ListTableProps } from "./list-table";
import { Page } from "./page";
import { SearchField } from "./search-field";

interface ListPageProps<Row> extends Omit<ListTableProps<Row>, "label" | "empty"> {
  title: string;
  says?: ReactNode;
  /** The one thing to do here, which an empty list offers as well. */
  action?: ReactNode;
  /** What else can be done here, before it. */
  more?: ReactNode;
  search?: { label: string; value: string | undefined; onChange: (q: string | undefined) => void };
  /** What the list can be narrowed by, as chips. */
  filters?: ReactNode;
  /** What would be here, in a sentence. */
  empty: string;
  /** What is open over the list, or stands below it. */
  children?: ReactNode;
}

/** A page that is a list of the server's: its name and what can be done, what narrows it, and its rows. */
export function ListPage<Row>({ title, says, action, more, search, filters, empty, children, ...table }: ListPageProps<Row>) {
  const { list, onClear } = table;
  const isEmpty = list.data !== undefined && onClear === undefined && list.data.pages.every((page) => page.items.length === 0);
  return (
    <Page
      title={title}
      says={says}
      actions={
        <>
          {more}
          {/* One button of its kind: an empty list has it in its middle. */}
          {!isEmpty && action}
        </>
      }
    >
      {(search !== undefined || filters !== undefined) && (
        <Filters onClear={onClear}>
          {search && <SearchField {...search} />}
          {filters}
        </Filters>
      )}
      <ListTable {...table} label={title} empty={<EmptyState says={empty} action={action} />} />
      {children}
    </Page>
  );
}
