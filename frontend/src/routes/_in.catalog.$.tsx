import { createFileRoute } from "@tanstack/react-router";

import { LastCalls } from "@/features/calls/last-calls";
import { useCredentialNames } from "@/features/credentials/expiring-notice";
import { modelQuery } from "@/features/models/api";
import { ModelPage } from "@/features/models/model-page";
import { SpendThisMonth } from "@/features/usage/spend-this-month";
import { messages } from "@/i18n";
import { TOOLS } from "@/lib/examples";
import { ready } from "@/lib/ready";
import { oneOf, search } from "@/lib/search";

export const Route = createFileRoute("/_in/catalog/$")({
  staticData: { crumbs: [{ text: "place.models", to: "/catalog" }] },
  validateSearch: search({ tool: oneOf(TOOLS) }),
  loader: async ({ context, params }) => {
    const slug = params._splat ?? "";
    await Promise.all([messages("models", "home"), ready(context.queries, modelQuery(slug))]);
    return { crumb: slug };
  },
  component: function Model() {
    const navigate = Route.useNavigate();
    const slug = Route.useParams()._splat ?? "";
    const nameOf = useCredentialNames();
    return (
      <ModelPage
        key={slug}
        slug={slug}
        tool={Route.useSearch().tool ?? "curl"}
        onTool={(tool) => void navigate({ search: { tool }, replace: true })}
        used={
          <>
            <SpendThisMonth of={{ model: slug }} wide />
            <LastCalls nameOf={nameOf} of={{ model: slug }} />
          </>
        }
      />
    );
  },
});
