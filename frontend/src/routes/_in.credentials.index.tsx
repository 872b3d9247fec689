import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";

import { CredentialsPage } from "@/features/credentials/credentials-page";
import { messages } from "@/i18n";

export const Route = createFileRoute("/_in/credentials/")({
  staticData: { crumbs: [{ text: "place.credentials" }] },
  validateSearch: z.object({
    state: z.enum(["active", "paused", "expired", "revoked"]).optional().catch(undefined),
    sort: z.enum(["created_at", "-created_at", "name", "-name"]).optional().catch(undefined),
  }),
  loader: () => messages("credentials"),
  component: function Credentials() {
    const navigate = Route.useNavigate();
    return <CredentialsPage asked={Route.useSearch()} onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }) })} />;
  },
});
