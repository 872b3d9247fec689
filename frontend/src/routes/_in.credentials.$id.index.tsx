import { createFileRoute } from "@tanstack/react-router";

import { credentialQuery } from "@/features/credentials/api";
import { CredentialPage } from "@/features/credentials/credential-page";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";

export const Route = createFileRoute("/_in/credentials/$id/")({
  staticData: { crumbs: [{ text: "place.credentials", to: "/credentials" }] },
  loader: async ({ context, params }) => {
    const [credential] = await Promise.all([ready(context.queries, credentialQuery(params.id)), messages("credentials")]);
    return { crumb: credential.name };
  },
  component: function Credential() {
    return <CredentialPage id={Route.useParams().id} />;
  },
});
