import { createFileRoute } from "@tanstack/react-router";

import { ProviderKeyPage } from "@/features/provider-keys/key-page";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";
import { search } from "@/lib/search";
import { readersZone } from "@/lib/zone";

export const Route = createFileRoute("/_in/admin/provider-keys/$id")({
  staticData: { crumbs: [{ text: "place.provider_keys", to: "/admin/provider-keys" }] },
  // Who comes from connecting it sees it tested at once.
  validateSearch: search({ tested: (raw) => (raw === true || raw === "true" ? true : undefined) }),
  loader: async ({ context, params }) => {
    const { keyQuery } = await import("@/features/provider-keys/api");
    const [shown] = await Promise.all([ready(context.queries, keyQuery(params.id, readersZone())), messages("providers")]);
    return { crumb: shown.name };
  },
  component: function ProviderKey() {
    const navigate = Route.useNavigate();
    // Who reads the page again has not made the key again.
    return <ProviderKeyPage id={Route.useParams().id} justMade={Route.useSearch().tested === true} onTesting={() => void navigate({ search: {}, replace: true })} />;
  },
});
