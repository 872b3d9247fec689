import { createFileRoute } from "@tanstack/react-router";

import { BYS } from "@/features/spend/asked";
import { SpendPage } from "@/features/spend/spend-page";
import { messages } from "@/i18n";
import { MEASURES, RANGES, STEPS } from "@/lib/reports";
import { oneOf, search, word } from "@/lib/search";

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
  loader: () => messages("reports"),
  component: function Spend() {
    const navigate = Route.useNavigate();
    const { view, ...asked } = Route.useSearch();
    return <SpendPage asked={asked} view={view ?? "chart"} onAsk={(change) => void navigate({ search: (old) => read({ ...old, ...change }) })} />;
  },
});
