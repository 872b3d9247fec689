import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";

import type { Noun } from "./writes";

/** A page of a list, as the API has them: `next` is where the one after it begins, null at the end. */
export interface Listed<Row> {
  items: Row[];
  next: string | null;
}

/** What every list is asked for. */
export interface PageAsked {
  limit: number;
  cursor?: string;
}

const ROWS = 50;

/** A list, a page after another; what was asked before stays until the answer is here. */
export function pagesQuery<Row>(queryKey: readonly [Noun, ...unknown[]], read: (page: PageAsked, signal: AbortSignal) => Promise<Listed<Row>>, limit = ROWS) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ signal, pageParam }) => read({ limit, ...(pageParam !== null && { cursor: pageParam }) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}
