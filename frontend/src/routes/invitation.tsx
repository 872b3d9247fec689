import { createFileRoute } from "@tanstack/react-router";

import { InvitationPage } from "@/features/entry/invitation-page";
import { messages } from "@/i18n";

export const Route = createFileRoute("/invitation")({
  loader: () => messages("entry"),
  component: InvitationPage,
});
