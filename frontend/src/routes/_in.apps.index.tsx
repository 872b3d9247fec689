import { createFileRoute } from "@tanstack/react-router";

import { callableModelsQuery } from "@/features/apps/api";
import { AppsPage } from "@/features/apps/apps-page";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";

export const Route = createFileRoute("/_in/apps/")({
  staticData: { crumbs: [{ text: "place.apps" }] },
  loader: ({ context }) => Promise.all([messages("apps"), ready(context.queries, callableModelsQuery)]),
  component: AppsPage,
});
