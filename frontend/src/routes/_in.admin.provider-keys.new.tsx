import { createFileRoute } from "@tanstack/react-router";

import { NewProviderKeyPage } from "@/features/provider-keys/new-key-page";
import { messages } from "@/i18n";

export const Route = createFileRoute("/_in/admin/provider-keys/new")({
  staticData: { crumbs: [{ text: "place.provider_keys", to: "/admin/provider-keys" }, { text: "place.new_provider_key" }] },
  loader: () => messages("providers"),
  component: NewProviderKeyPage,
});
