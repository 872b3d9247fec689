import { createFileRoute } from "@tanstack/react-router";

import { ResetPage } from "@/features/entry/reset-page";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";
import { methodsQuery } from "@/session/api";

export const Route = createFileRoute("/reset")({
  loader: ({ context }) => Promise.all([messages("entry"), ready(context.queries, methodsQuery)]),
  component: ResetPage,
});
