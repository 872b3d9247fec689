import type { Listed, PageAsked } from "./pages";

/** No more rows than these are read or changed at once: the API takes as many in one write. */
export const READ_AT_MOST = 1_000;

const ROWS_A_PAGE = 200;

/** Every row of a list, a page after another, up to `READ_AT_MOST`. */
export async function readAll<Row>(read: (page: PageAsked) => Promise<Listed<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: Listed<Row> = await read({ limit: ROWS_A_PAGE, ...(cursor !== null && { cursor }) });
    rows.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && rows.length < READ_AT_MOST);
  return rows.slice(0, READ_AT_MOST);
}
