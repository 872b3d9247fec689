import { createFileRoute } from "@tanstack/react-router";

import { SetUpPage } from "@/features/entry/set-up-page";
import { messages } from "@/i18n";

export const Route = createFileRoute("/set-up")({
  loader: () => messages("entry"),
  component: SetUpPage,
});
