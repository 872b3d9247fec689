import { createFileRoute } from "@tanstack/react-router";

import { reportQuery } from "@/features/spend/api";
import { BYS } from "@/features/spend/asked";
import { SpendPage } from "@/features/spend/spend-page";
import { messages } from "@/i18n";
import { ahead } from "@/lib/ready";
import { MEASURES, RANGES, STEPS } from "@/lib/reports";
import { oneOf, search, without, word } from "@/lib/search";
import { readersZone } from "@/lib/zone";

const read = search({
  range: oneOf(RANGES),
  by: oneOf(BYS),
  measure: oneOf(MEASURES),
  each: oneOf(STEPS),
  view: oneOf(["table"]),
  member_id: word(),
  model: word(),
  provider: word(),
  provider_key_id: word(),
  credential_id: word(),
  tag_id: word(),
  outcome: word(),
  allocation_id: word(),
});

export const Route = createFileRoute("/_in/admin/usage")({
  staticData: { crumbs: [{ text: "place.spend" }] },
  validateSearch: read,
  beforeLoad: ({ context, search, preload }) => {
    if (!preload) ahead(context.queries, reportQuery(without(search, "view"), readersZone()));
  },
  loader: () => messages("reports"),
  component: function Spend() {
    const navigate = Route.useNavigate();
    const { view, ...asked } = Route.useSearch();
    return <SpendPage asked={asked} view={view ?? "chart"} onAsk={(change) => void navigate({ search: (old) => read({ ...old, ...change }) })} />;
  },
});
