import { createFileRoute } from "@tanstack/react-router";

import { ImportPage } from "@/features/publish/import-page";
import { messages } from "@/i18n";
import { search, word } from "@/lib/search";

export const Route = createFileRoute("/_in/admin/models/import")({
  staticData: { crumbs: [{ text: "place.models", to: "/admin/models" }, { text: "place.add_models" }] },
  validateSearch: search({ key: word(64), q: word() }),
  loader: () => messages("publish"),
  component: function Import() {
    const navigate = Route.useNavigate();
    return <ImportPage asked={Route.useSearch()} onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: "q" in change })} />;
  },
});
