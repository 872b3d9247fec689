import { createFileRoute } from "@tanstack/react-router";

import { tagQuery } from "@/client/names";
import { TagPage } from "@/features/tags/tag-page";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";
import { search, word } from "@/lib/search";

export const Route = createFileRoute("/_in/admin/tags/$id")({
  staticData: { crumbs: [{ text: "place.tags", to: "/admin/tags" }] },
  validateSearch: search({ q: word() }),
  loader: async ({ context, params }) => {
    const [tag] = await Promise.all([ready(context.queries, tagQuery(params.id)), messages("people")]);
    return { crumb: tag.name };
  },
  component: function Tag() {
    const navigate = Route.useNavigate();
    return <TagPage id={Route.useParams().id} q={Route.useSearch().q} onSearch={(q) => void navigate({ search: q === undefined ? {} : { q }, replace: true })} />;
  },
});
