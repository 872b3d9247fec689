import { createFileRoute } from "@tanstack/react-router";

import { systemQuery } from "@/features/system/api";
import { SystemPage } from "@/features/system/system-page";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";

export const Route = createFileRoute("/_in/admin/system")({
  staticData: { crumbs: [{ text: "place.system" }] },
  loader: ({ context }) => Promise.all([messages("system"), ready(context.queries, systemQuery)]),
  component: SystemPage,
});
