import { createFileRoute } from "@tanstack/react-router";

import { SystemPage } from "@/features/system/system-page";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";
import { oneOf, search, word } from "@/lib/search";

export const Route = createFileRoute("/_in/admin/system")({
  staticData: { crumbs: [{ text: "place.system" }] },
  validateSearch: search({ q: word(), defaults: oneOf(["yes"]) }),
  loader: async ({ context }) => {
    const { configuredQuery, systemQuery } = await import("@/features/system/api");
    await Promise.all([messages("system"), ready(context.queries, systemQuery), ready(context.queries, configuredQuery)]);
  },
  component: function System() {
    const navigate = Route.useNavigate();
    return <SystemPage asked={Route.useSearch()} onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: "q" in change })} />;
  },
});
