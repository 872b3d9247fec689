import { createFileRoute } from "@tanstack/react-router";

import { catalogQuery } from "@/features/catalog/api";
import { LACKS, MODEL_SORTS } from "@/features/catalog/asked";
import { CatalogPage } from "@/features/catalog/catalog-page";
import { messages } from "@/i18n";
import { ahead } from "@/lib/ready";
import { oneOf, search, word } from "@/lib/search";
import { readersZone } from "@/lib/zone";

export const Route = createFileRoute("/_in/admin/models/")({
  staticData: { crumbs: [{ text: "place.models" }] },
  validateSearch: search({ q: word(), status: oneOf(["active", "archived"]), access: oneOf(["open", "restricted"]), lacks: oneOf(LACKS), served_by: word(), sort: oneOf(MODEL_SORTS) }),
  beforeLoad: ({ context, search: asked, preload }) => {
    if (!preload) ahead(context.queries, catalogQuery(asked, readersZone()));
  },
  loader: () => messages("catalog"),
  component: function Catalog() {
    const navigate = Route.useNavigate();
    return <CatalogPage asked={Route.useSearch()} onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: "q" in change })} />;
  },
});
