import { createFileRoute } from "@tanstack/react-router";

import { AllocationsPage } from "@/features/grants/allocations-page";
import { messages } from "@/i18n";
import { oneOf, search, word } from "@/lib/search";

export const Route = createFileRoute("/_in/admin/allocations")({
  staticData: { crumbs: [{ text: "place.allocations" }] },
  validateSearch: search({
    member: word(64),
    model: word(64),
    state: oneOf(["active", "paused", "quarantined", "revoked"]),
    locked: oneOf(["yes", "no"]),
    sort: oneOf(["created_at", "-created_at"]),
    open: word(64),
  }),
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
