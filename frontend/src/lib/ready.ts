import type { QueryClient, QueryKey, QueryOptions } from "@tanstack/react-query";

/** For a route's loader: the answer of a query, from the cache where it is there. What is old is read anew by the page itself. */
export function ready<Data, Key extends QueryKey>(
  queries: QueryClient,
  query: Pick<QueryOptions<Data, Error, Data, Key>, "queryFn"> & { queryKey: Key },
): Promise<Data> {
  return queries.query({ ...query, staleTime: "static" });
}
