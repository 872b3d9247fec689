import { createFileRoute, notFound, Outlet } from "@tanstack/react-router";

import { messages } from "@/i18n";
import { ready } from "@/lib/ready";
import { meQuery } from "@/session/api";
import { administrates } from "@/session/me";

export const Route = createFileRoute("/_in/admin")({
  staticData: { crumbs: [{ text: "place.administration", to: "/admin" }] },
  beforeLoad: async ({ context }) => {
    // To members this place does not exist; what it shows is refused to them by the API in any case.
    if (!administrates(await ready(context.queries, meQuery))) throw notFound();
  },
  loader: () => messages("admin"),
  component: Outlet,
});
