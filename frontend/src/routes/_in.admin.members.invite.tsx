import { createFileRoute } from "@tanstack/react-router";

import { InvitePage } from "@/features/members/invite-page";
import { messages } from "@/i18n";

export const Route = createFileRoute("/_in/admin/members/invite")({
  staticData: { crumbs: [{ text: "place.members", to: "/admin/members" }, { text: "place.invite" }] },
  loader: () => messages("people"),
  component: InvitePage,
});
