import { createFileRoute } from "@tanstack/react-router";

import { RulesPage } from "@/features/tags/rules-page";
import { messages } from "@/i18n";

export const Route = createFileRoute("/_in/admin/tags/rules")({
  staticData: { crumbs: [{ text: "place.tags", to: "/admin/tags" }, { text: "place.tag_rules" }] },
  loader: () => messages("people"),
  component: RulesPage,
});
