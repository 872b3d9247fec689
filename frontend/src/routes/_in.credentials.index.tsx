import { createFileRoute } from "@tanstack/react-router";

import { credentialsQuery } from "@/features/credentials/api";
import { CredentialsPage } from "@/features/credentials/credentials-page";
import { messages } from "@/i18n";
import { ahead } from "@/lib/ready";
import { oneOf, search } from "@/lib/search";
import { readersZone } from "@/lib/zone";

export const Route = createFileRoute("/_in/credentials/")({
  staticData: { crumbs: [{ text: "place.credentials" }] },
  validateSearch: search({
    state: oneOf(["active", "paused", "expired", "revoked"]),
    sort: oneOf(["created_at", "-created_at", "name", "-name"]),
  }),
  beforeLoad: ({ context, search: asked, preload }) => {
    if (!preload) ahead(context.queries, credentialsQuery({ ...asked, zone: readersZone() }));
  },
  loader: () => messages("credentials"),
  component: function Credentials() {
    const navigate = Route.useNavigate();
    return <CredentialsPage asked={Route.useSearch()} onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }) })} />;
  },
});
