import type { QueryClient, QueryKey, QueryOptions } from "@tanstack/react-query";

/** For a route's loader: the answer of a query, from the cache where it is there. What is old is read anew by the page itself. */
export function ready<Data, Key extends QueryKey>(
  queries: QueryClient,
  query: Pick<QueryOptions<Data, Error, Data, Key>, "queryFn"> & { queryKey: Key },
): Promise<Data> {
  return queries.query({ ...query, staleTime: "static" });
}

type Pages = Parameters<QueryClient["infiniteQuery"]>[0];

/** For a route that is being opened: asks for what its page shows while the page's files are on their way. Nobody waits for it here. */
export function ahead(queries: QueryClient, ...asked: readonly { queryKey: QueryKey }[]): void {
  // After the page's files: a browser has six connections, and takes what waits for them in its order.
  setTimeout(() => {
    for (const query of asked) {
      const answer = "getNextPageParam" in query ? queries.infiniteQuery({ ...query } as Pages) : queries.query(query);
      // The page reads the same query, and says what went wrong.
      answer.catch(() => undefined);
    }
  });
}
