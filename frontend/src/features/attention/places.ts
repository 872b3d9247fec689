interface Place {
  to: string;
  search: Record<string, string>;
}

// Where a page shows what the API has at these paths. A model's own page goes by its name, which a path does not tell.
const PAGES: readonly (readonly [RegExp, string])[] = [
  [/^members\/([^/]+)$/, "/admin/members/$1"],
  [/^members$/, "/admin/members"],
  [/^limits$/, "/admin/limits"],
  [/^(?:models|routes)(?:\/.*)?$/, "/admin/models"],
  [/^provider-keys$/, "/admin/provider-keys"],
  [/^provider-keys\/([^/]+)$/, "/admin/provider-keys/$1"],
  [/^call-records$/, "/admin/calls"],
  [/^system$/, "/admin/system"],
];

/** The page of a condition's target, which is a path of the API; null where no page shows it. */
export function placeOf(target: string): Place | null {
  const url = new URL(target, "http://localhost");
  const path = url.pathname.replace(/^\/api\/admin\//, "");
  const limit = /^limits\/([^/]+)$/.exec(path)?.[1];
  if (limit !== undefined) return { to: "/admin/limits", search: { open: limit } };
  const page = PAGES.find(([pattern]) => pattern.test(path));
  if (page === undefined) return null;
  const search = Object.fromEntries([...url.searchParams].map(([name, value]) => [name, value === "true" ? "yes" : value]));
  return { to: path.replace(page[0], page[1]), search };
}
