import { createFileRoute } from "@tanstack/react-router";

import { METRICS, SUBJECTS, WINDOWS } from "@/features/limits/asked";
import { LimitsPage } from "@/features/limits/limits-page";
import { messages } from "@/i18n";
import { oneOf, search, word } from "@/lib/search";

export const Route = createFileRoute("/_in/admin/limits")({
  staticData: { crumbs: [{ text: "place.limits" }] },
  validateSearch: search({
    subject: oneOf(SUBJECTS),
    id: word(64),
    metric: oneOf(METRICS),
    window: oneOf(WINDOWS),
    sort: oneOf(["created_at", "-created_at"]),
    open: word(64),
  }),
  loader: () => messages("people"),
  component: function Limits() {
    const navigate = Route.useNavigate();
    const { open, ...asked } = Route.useSearch();
    return (
      <LimitsPage
        asked={asked}
        open={open}
        onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }) })}
        onOpen={(id) => void navigate({ search: (old) => ({ ...old, open: id }) })}
      />
    );
  },
});
