import { createFileRoute } from "@tanstack/react-router";

import { callsQuery } from "@/features/calls/api";
import { CallsPage } from "@/features/calls/calls-page";
import { credentialsQuery } from "@/features/credentials/api";
import { useCredentialNames } from "@/features/credentials/expiring-notice";
import { messages } from "@/i18n";
import { CALLS_READ } from "@/lib/calls-asked";
import { ahead } from "@/lib/ready";
import { search, without, word } from "@/lib/search";

const read = search({ ...CALLS_READ, call: word(64) });

export const Route = createFileRoute("/_in/usage/calls")({
  staticData: { crumbs: [{ text: "place.usage", to: "/usage" }, { text: "place.calls" }] },
  validateSearch: read,
  beforeLoad: ({ context, search, preload }) => {
    if (!preload) ahead(context.queries, callsQuery(without(search, "call")), credentialsQuery({}));
  },
  loader: () => messages("calls", "filters", "refusals"),
  component: function Calls() {
    const navigate = Route.useNavigate();
    const { call, ...asked } = Route.useSearch();
    const nameOf = useCredentialNames();
    return (
      <CallsPage
        asked={asked}
        onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }) })}
        openId={call}
        onOpen={(id) => void navigate({ search: (old) => ({ ...old, call: id }) })}
        nameOf={nameOf}
      />
    );
  },
});
