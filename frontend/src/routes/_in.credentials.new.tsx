import { createFileRoute } from "@tanstack/react-router";

import { scopeQuery } from "@/features/credentials/api";
import { NewCredentialPage } from "@/features/credentials/new-credential-page";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";

export const Route = createFileRoute("/_in/credentials/new")({
  staticData: { crumbs: [{ text: "place.credentials", to: "/credentials" }, { text: "place.new_credential" }] },
  loader: ({ context }) => Promise.all([messages("credentials"), ready(context.queries, scopeQuery)]),
  component: NewCredentialPage,
});
