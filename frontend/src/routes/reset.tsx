import { createFileRoute } from "@tanstack/react-router";

import { ResetPage } from "@/features/entry/reset-page";
import { messages } from "@/i18n";

export const Route = createFileRoute("/reset")({
  loader: () => messages("entry"),
  component: ResetPage,
});
