import { createFileRoute } from "@tanstack/react-router";

import { ModelsPage } from "@/features/models/models-page";
import { messages } from "@/i18n";
import { oneOf, search, word } from "@/lib/search";

export const Route = createFileRoute("/_in/catalog/")({
  staticData: { crumbs: [{ text: "place.models" }] },
  validateSearch: search({
    q: word(),
    provider: word(64),
    operation: oneOf(["chat", "responses", "embeddings"]),
    capability: word(64),
    access: oneOf(["granted", "claimable", "closed"]),
    sort: oneOf(["slug", "-slug", "display_name", "-display_name"]),
  }),
  loader: () => messages("models"),
  component: function Models() {
    const navigate = Route.useNavigate();
    return <ModelsPage asked={Route.useSearch()} onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: "q" in change })} />;
  },
});
