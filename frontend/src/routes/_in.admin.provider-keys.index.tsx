import { createFileRoute } from "@tanstack/react-router";

import { KEY_SORTS } from "@/features/provider-keys/asked";
import { ProviderKeysPage } from "@/features/provider-keys/keys-page";
import { messages } from "@/i18n";
import { oneOf, search, word } from "@/lib/search";

export const Route = createFileRoute("/_in/admin/provider-keys/")({
  staticData: { crumbs: [{ text: "place.provider_keys" }] },
  validateSearch: search({ q: word(), status: oneOf(["active", "disabled"]), sort: oneOf(KEY_SORTS) }),
  loader: () => messages("providers"),
  component: function ProviderKeys() {
    const navigate = Route.useNavigate();
    return <ProviderKeysPage asked={Route.useSearch()} onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: "q" in change })} />;
  },
});
