import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";

import { callableModelsQuery } from "@/features/apps/api";
import { AppTabs } from "@/features/apps/app-tabs";
import { appOf } from "@/features/apps/apps";
import { WaitingForCall } from "@/features/calls/waiting-for-call";
import { credentialQuery, scopeQuery } from "@/features/credentials/api";
import { CredentialSetUpPage } from "@/features/credentials/set-up-page";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";
import { search, word } from "@/lib/search";

export const Route = createFileRoute("/_in/credentials/$id/set-up")({
  staticData: { crumbs: [{ text: "place.credentials", to: "/credentials" }, { text: "place.set_up" }] },
  validateSearch: search({ app: (raw) => (typeof raw === "string" ? appOf(raw)?.id : undefined), model: word() }),
  loader: ({ context, params }) =>
    Promise.all([
      messages("apps", "credentials", "home"),
      ready(context.queries, credentialQuery(params.id)),
      ready(context.queries, scopeQuery),
      ready(context.queries, callableModelsQuery),
    ]),
  component: SetUp,
});

function SetUp() {
  const { id } = Route.useParams();
  const { app, model } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data: credential } = useSuspenseQuery(credentialQuery(id));
  const { data: models } = useSuspenseQuery(callableModelsQuery);
  return (
    <CredentialSetUpPage
      // Whoever rotates here comes to another credential: what was ticked of the one before says nothing of its secret.
      key={id}
      id={id}
      guide={(secret) => (
        <AppTabs
          credential={credential}
          secret={secret}
          models={models}
          app={app}
          model={model}
          onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false })}
        />
      )}
      waiting={<WaitingForCall credentialId={id} />}
    />
  );
}
