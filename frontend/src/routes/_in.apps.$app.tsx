import { useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, notFound } from "@tanstack/react-router";
import { useState } from "react";

import { callableModelsQuery } from "@/features/apps/api";
import { AppPage } from "@/features/apps/app-page";
import { appOf, fittingOf } from "@/features/apps/apps";
import { WaitingForCall } from "@/features/calls/waiting-for-call";
import { credentialsQuery } from "@/features/credentials/api";
import { CreateStep } from "@/features/credentials/create-step";
import { SecretOnce } from "@/features/credentials/secret-once";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";
import { search, word } from "@/lib/search";
import { useSecret } from "@/session/secrets";

const CREDENTIALS = credentialsQuery({ state: "active" });

export const Route = createFileRoute("/_in/apps/$app")({
  staticData: { crumbs: [{ text: "place.apps", to: "/apps" }] },
  validateSearch: search({ credential: word(64), model: word() }),
  loader: async ({ context, params }) => {
    const app = appOf(params.app);
    if (app === undefined) throw notFound();
    await Promise.all([
      messages("apps", "credentials", "home"),
      ready(context.queries, callableModelsQuery),
      context.queries.infiniteQuery({ ...CREDENTIALS, staleTime: "static" }),
    ]);
    return { crumb: app.name, app };
  },
  component: Shown,
});

function Shown() {
  const navigate = Route.useNavigate();
  const { app } = Route.useLoaderData();
  const asked = Route.useSearch();
  const models = fittingOf(app, useSuspenseQuery(callableModelsQuery).data);
  const credentials = useSuspenseInfiniteQuery(CREDENTIALS).data.pages.flatMap((page) => page.items);
  const credential = credentials.find((each) => each.id === asked.credential) ?? credentials[0] ?? null;
  const secret = useSecret(credential?.id ?? null);
  const [made, setMade] = useState<string | null>(null);
  const ask = (change: { credential?: string; model?: string }) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  return (
    <AppPage
      key={app.id}
      app={app}
      models={models}
      model={models.find((each) => each.slug === asked.model) ?? models[0] ?? null}
      onModel={(model) => ask({ model })}
      credentials={credentials}
      credential={credential}
      onCredential={(id) => ask({ credential: id })}
      secret={secret}
      // Another credential may be chosen while this one is not stored yet.
      stored={made !== null && <SecretOnce key={made} id={made} name={credentials.find((each) => each.id === made)?.name ?? app.name} />}
      create={
        <CreateStep
          named={app.name}
          primary={app.way !== "line" && credentials.length === 0}
          onMade={(id) => {
            setMade(id);
            ask({ credential: id });
          }}
        />
      }
      // By one line a credential of its own is made, which nobody knows yet: any call counts.
      waiting={<WaitingForCall credentialId={app.way === "line" && secret === null ? null : (credential?.id ?? null)} key={secret === null ? "any" : "own"} />}
    />
  );
}
