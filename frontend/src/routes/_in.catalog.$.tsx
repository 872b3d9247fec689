import { createFileRoute } from "@tanstack/react-router";

import { modelQuery } from "@/features/models/api";
import { ModelPage } from "@/features/models/model-page";
import { messages } from "@/i18n";
import { TOOLS } from "@/lib/examples";
import { ready } from "@/lib/ready";
import { oneOf, search } from "@/lib/search";

export const Route = createFileRoute("/_in/catalog/$")({
  staticData: { crumbs: [{ text: "place.models", to: "/catalog" }] },
  validateSearch: search({ tool: oneOf(TOOLS) }),
  loader: async ({ context, params }) => {
    const slug = params._splat ?? "";
    await Promise.all([messages("models"), ready(context.queries, modelQuery(slug))]);
    return { crumb: slug };
  },
  component: function Model() {
    const navigate = Route.useNavigate();
    const slug = Route.useParams()._splat ?? "";
    return <ModelPage slug={slug} tool={Route.useSearch().tool ?? "curl"} onTool={(tool) => void navigate({ search: { tool }, replace: true })} />;
  },
});
