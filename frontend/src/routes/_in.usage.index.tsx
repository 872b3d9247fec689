import { createFileRoute } from "@tanstack/react-router";

import { BYS } from "@/features/usage/asked";
import { UsagePage } from "@/features/usage/usage-page";
import { messages } from "@/i18n";
import { MEASURES, RANGES, STEPS } from "@/lib/reports";
import { oneOf, search, word } from "@/lib/search";

const read = search({
  range: oneOf(RANGES),
  measure: oneOf(MEASURES),
  by: oneOf(BYS),
  each: oneOf(STEPS),
  view: oneOf(["table"]),
  credential: word(64),
  model: word(),
  provider: word(),
  outcome: word(),
});

export const Route = createFileRoute("/_in/usage/")({
  staticData: { crumbs: [{ text: "place.usage" }] },
  validateSearch: read,
  loader: () => messages("reports"),
  component: function Usage() {
    const navigate = Route.useNavigate();
    const { view, ...asked } = Route.useSearch();
    return <UsagePage asked={asked} view={view ?? "chart"} onAsk={(change) => void navigate({ search: (old) => read({ ...old, ...change }) })} />;
  },
});
