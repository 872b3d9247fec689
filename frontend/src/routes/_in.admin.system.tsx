import { createFileRoute } from "@tanstack/react-router";

import { SystemPage } from "@/features/system/system-page";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";

export const Route = createFileRoute("/_in/admin/system")({
  staticData: { crumbs: [{ text: "place.system" }] },
  loader: async ({ context }) => {
    const { systemQuery } = await import("@/features/system/api");
    await Promise.all([messages("system"), ready(context.queries, systemQuery)]);
  },
  component: SystemPage,
});
