import { createFileRoute } from "@tanstack/react-router";

import { modelBySlugQuery } from "@/features/catalog/api";
import { CatalogModelPage } from "@/features/catalog/model-page";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";

export const Route = createFileRoute("/_in/admin/models/$")({
  staticData: { crumbs: [{ text: "place.models", to: "/admin/models" }] },
  loader: async ({ context, params }) => {
    const slug = params._splat ?? "";
    await Promise.all([messages("catalog", "models"), ready(context.queries, modelBySlugQuery(slug))]);
    return { crumb: slug };
  },
  component: function CatalogModel() {
    const slug = Route.useParams()._splat ?? "";
    return <CatalogModelPage key={slug} slug={slug} />;
  },
});
