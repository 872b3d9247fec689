import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";

import type { Noun } from "./writes";

/** A page of a list, as every list of the API answers. */
export interface Paged<Row> {
  items: Row[];
  next: string | null;
}

const ROWS_A_PAGE = 50;

/** A list that is read page by page; `read` is given what asks for one of its pages. */
export function paged<Row>(
  queryKey: readonly [Noun, ...unknown[]],
  read: (page: { limit: number; cursor?: string }, signal: AbortSignal) => Promise<Paged<Row>>,
  limit = ROWS_A_PAGE,
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ signal, pageParam }) => read({ limit, ...(pageParam !== null && { cursor: pageParam }) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}
