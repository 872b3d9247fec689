import { createFileRoute } from "@tanstack/react-router";

import { COMPARED_MAX } from "@/features/models/asked";
import { ComparePage } from "@/features/models/compare-page";
import { messages } from "@/i18n";
import { search, words } from "@/lib/search";

export const Route = createFileRoute("/_in/catalog/compare")({
  staticData: { crumbs: [{ text: "place.models", to: "/catalog" }, { text: "place.compare" }] },
  validateSearch: search({ m: words(COMPARED_MAX) }),
  loader: () => messages("models"),
  component: function Compare() {
    const navigate = Route.useNavigate();
    return <ComparePage slugs={[...new Set(Route.useSearch().m ?? [])]} onSlugs={(m) => void navigate({ search: m.length === 0 ? {} : { m } })} />;
  },
});
