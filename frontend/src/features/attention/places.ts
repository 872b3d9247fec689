import type { AttentionShown } from "@/client/schema.gen";

type Finding = AttentionShown["items"][number];

interface Place {
  to: string;
  search: Record<string, string>;
  /** What the button says that leads there. */
  verb: "open" | "price" | "key" | "limit" | "routes" | "owner";
}

const VERBS: Partial<Record<Finding["code"], Place["verb"]>> = {
  model_without_price: "price",
  price_differs: "price",
  provider_key_flagged: "key",
  limit_nearly_used: "limit",
  model_unserved: "routes",
  route_cooling: "routes",
  one_owner: "owner",
};

// Where a page shows what the API has at these paths.
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

/** Where a condition is mended, as a page and what is asked of it, and what the way there is called; null where no page shows it. */
export function placeOf(finding: Pick<Finding, "code" | "target" | "affected">): Place | null {
  const verb = VERBS[finding.code] ?? "open";
  const found = modelsPlace(finding) ?? pathPlace(finding.target);
  return found && { ...found, verb };
}

// A model's own page goes by its name, which a path does not tell; of several the list is narrowed to what they lack.
function modelsPlace({ code, affected }: Pick<Finding, "code" | "affected">): Omit<Place, "verb"> | null {
  if (code !== "model_without_price" && code !== "model_unserved" && code !== "price_differs") return null;
  const [only] = affected;
  if (only !== undefined && affected.length === 1) return { to: `/admin/models/${only.name}`, search: {} };
  const lacks: Record<string, string> = code === "model_without_price" ? { lacks: "price" } : {};
  return { to: "/admin/models", search: lacks };
}

function pathPlace(target: string): Omit<Place, "verb"> | null {
  const url = new URL(target, "http://localhost");
  const path = url.pathname.replace(/^\/api\/admin\//, "");
  const limit = /^limits\/([^/]+)$/.exec(path)?.[1];
  if (limit !== undefined) return { to: "/admin/limits", search: { open: limit } };
  const page = PAGES.find(([pattern]) => pattern.test(path));
  if (page === undefined) return null;
  const search = Object.fromEntries([...url.searchParams].map(([name, value]) => [name, value === "true" ? "yes" : value]));
  return { to: path.replace(page[0], page[1]), search };
}
