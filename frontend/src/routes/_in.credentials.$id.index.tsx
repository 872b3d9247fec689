import { createFileRoute } from "@tanstack/react-router";

import { LastCalls } from "@/features/calls/last-calls";
import { UsedBy } from "@/features/calls/used-by";
import { credentialQuery } from "@/features/credentials/api";
import { CredentialPage } from "@/features/credentials/credential-page";
import { useCredentialNames } from "@/features/credentials/expiring-notice";
import { SpendThisMonth } from "@/features/usage/spend-this-month";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";
import { readersZone } from "@/lib/zone";

export const Route = createFileRoute("/_in/credentials/$id/")({
  staticData: { crumbs: [{ text: "place.credentials", to: "/credentials" }] },
  loader: async ({ context, params }) => {
    const [credential] = await Promise.all([ready(context.queries, credentialQuery(params.id, readersZone())), messages("credential", "credentials", "home")]);
    return { crumb: credential.name };
  },
  component: function Credential() {
    const { id } = Route.useParams();
    const nameOf = useCredentialNames();
    return (
      <CredentialPage
        key={id}
        id={id}
        used={
          <>
            <SpendThisMonth of={{ credential: id }} wide />
            <UsedBy credentialId={id} />
            <LastCalls nameOf={nameOf} of={{ credential_id: id }} />
          </>
        }
      />
    );
  },
});
