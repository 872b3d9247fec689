import { createFileRoute } from "@tanstack/react-router";

import { facetsQuery, modelsQuery } from "@/features/models/api";
import { COMPARED_MAX } from "@/features/models/asked";
import { ModelsPage } from "@/features/models/models-page";
import { messages } from "@/i18n";
import { ahead } from "@/lib/ready";
import { oneOf, search, without, word, words } from "@/lib/search";

const read = search({
  q: word(),
  provider: word(64),
  operation: oneOf(["chat", "responses", "embeddings"]),
  capability: word(64),
  access: oneOf(["granted", "claimable", "closed"]),
  sort: oneOf(["slug", "-slug", "display_name", "-display_name"]),
  m: words(COMPARED_MAX),
});

export const Route = createFileRoute("/_in/catalog/")({
  staticData: { crumbs: [{ text: "place.models" }] },
  validateSearch: read,
  beforeLoad: ({ context, search, preload }) => {
    if (!preload) ahead(context.queries, modelsQuery(without(search, "m")), facetsQuery(search.q));
  },
  loader: () => messages("models"),
  component: function Models() {
    const navigate = Route.useNavigate();
    const { m, ...asked } = Route.useSearch();
    return (
      <ModelsPage
        asked={asked}
        onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: "q" in change })}
        chosen={m ?? []}
        onChoose={(slugs) => void navigate({ search: (old) => ({ ...old, m: slugs.length === 0 ? undefined : slugs }), replace: true, resetScroll: false })}
      />
    );
  },
});
