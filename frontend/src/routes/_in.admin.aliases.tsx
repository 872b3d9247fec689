import { createFileRoute } from "@tanstack/react-router";

import { AliasesPage } from "@/features/catalog/aliases-page";
import { ALIAS_SORTS } from "@/features/catalog/asked";
import { messages } from "@/i18n";
import { oneOf, search, word } from "@/lib/search";

export const Route = createFileRoute("/_in/admin/aliases")({
  staticData: { crumbs: [{ text: "place.aliases" }] },
  validateSearch: search({ q: word(), sort: oneOf(ALIAS_SORTS) }),
  loader: () => messages("catalog"),
  component: function Aliases() {
    const navigate = Route.useNavigate();
    return <AliasesPage asked={Route.useSearch()} onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: "q" in change })} />;
  },
});
