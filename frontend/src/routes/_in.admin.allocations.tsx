import { createFileRoute } from "@tanstack/react-router";

import { modelNamesQuery } from "@/client/names";
import { grantsQuery } from "@/features/grants/api";
import { AllocationsPage } from "@/features/grants/allocations-page";
import { messages } from "@/i18n";
import { ahead } from "@/lib/ready";
import { oneOf, search, without, word } from "@/lib/search";

const read = search({
  member: word(64),
  model: word(64),
  state: oneOf(["active", "paused", "quarantined", "revoked"]),
  locked: oneOf(["yes", "no"]),
  tag: word(64),
  sort: oneOf(["created_at", "-created_at"]),
  open: word(64),
});

export const Route = createFileRoute("/_in/admin/allocations")({
  staticData: { crumbs: [{ text: "place.allocations" }] },
  validateSearch: read,
  beforeLoad: ({ context, search, preload }) => {
    if (!preload) ahead(context.queries, grantsQuery(without(search, "open")), modelNamesQuery);
  },
  loader: () => messages("people"),
  component: function Allocations() {
    const navigate = Route.useNavigate();
    const { open, ...asked } = Route.useSearch();
    return (
      <AllocationsPage
        asked={asked}
        open={open}
        onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }) })}
        onOpen={(id) => void navigate({ search: (old) => ({ ...old, open: id }) })}
      />
    );
  },
});
