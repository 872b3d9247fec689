import { createFileRoute } from "@tanstack/react-router";

import { TagsPage } from "@/features/tags/tags-page";
import { messages } from "@/i18n";
import { search, word } from "@/lib/search";

export const Route = createFileRoute("/_in/admin/tags/")({
  staticData: { crumbs: [{ text: "place.tags" }] },
  validateSearch: search({ q: word() }),
  loader: () => messages("people"),
  component: function Tags() {
    const navigate = Route.useNavigate();
    return <TagsPage q={Route.useSearch().q} onSearch={(q) => void navigate({ search: q === undefined ? {} : { q }, replace: true })} />;
  },
});
