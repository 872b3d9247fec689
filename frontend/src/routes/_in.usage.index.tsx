import { createFileRoute } from "@tanstack/react-router";

import { credentialChoicesQuery, modelChoicesQuery, outcomesQuery, reportQuery } from "@/features/usage/api";
import { BYS } from "@/features/usage/asked";
import { UsagePage } from "@/features/usage/usage-page";
import { messages } from "@/i18n";
import { ahead } from "@/lib/ready";
import { MEASURES, RANGES, STEPS } from "@/lib/reports";
import { oneOf, search, without, word } from "@/lib/search";
import { readersZone } from "@/lib/zone";

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
  beforeLoad: ({ context, search, preload }) => {
    if (preload) return;
    const asked = without(search, "view");
    const zone = readersZone();
    ahead(context.queries, reportQuery(asked, zone), outcomesQuery(asked, zone), credentialChoicesQuery, modelChoicesQuery);
  },
  loader: () => messages("reports"),
  component: function Usage() {
    const navigate = Route.useNavigate();
    const { view, ...asked } = Route.useSearch();
    return <UsagePage asked={asked} view={view ?? "chart"} onAsk={(change) => void navigate({ search: (old) => read({ ...old, ...change }) })} />;
  },
});
