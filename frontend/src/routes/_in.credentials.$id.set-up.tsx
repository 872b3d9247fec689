import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";

import { Guide } from "@/components/guide";
import { Skeleton } from "@/components/ui/skeleton";
import { WaitingForCall } from "@/features/calls/waiting-for-call";
import { credentialQuery, scopeQuery } from "@/features/credentials/api";
import { CredentialSetUpPage } from "@/features/credentials/set-up-page";
import { modelQuery } from "@/features/models/api";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";

export const Route = createFileRoute("/_in/credentials/$id/set-up")({
  staticData: { crumbs: [{ text: "place.credentials", to: "/credentials" }, { text: "place.set_up" }] },
  loader: ({ context, params }) =>
    Promise.all([
      messages("credentials", "home", "models"),
      ready(context.queries, credentialQuery(params.id)),
      ready(context.queries, scopeQuery),
    ]),
  component: SetUp,
});

function SetUp() {
  const { id } = Route.useParams();
  const { data: credential } = useSuspenseQuery(credentialQuery(id));
  const { data: mine } = useSuspenseQuery(scopeQuery);
  const usable = mine.items.find((each) => each.state === "active" && (credential.allocation_ids?.includes(each.id) ?? true));
  const model = useQuery({ ...modelQuery(usable?.model ?? ""), enabled: usable !== undefined }).data;
  return (
    <CredentialSetUpPage
      id={id}
      guide={(secret) => (model ? <Guide model={model.slug} operations={model.operations} secret={secret} /> : usable && <Skeleton className="h-48" />)}
      waiting={<WaitingForCall credentialId={id} />}
    />
  );
}
