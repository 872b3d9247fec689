import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";

import { SignInPage } from "@/features/entry/sign-in-page";
import { messages } from "@/i18n";
import { methodsQuery } from "@/session/api";

export const Route = createFileRoute("/sign-in")({
  validateSearch: z.object({ next: z.string().startsWith("/app/").optional().catch(undefined) }),
  loader: ({ context }) => Promise.all([messages("entry"), context.queries.ensureQueryData(methodsQuery)]),
  component: function SignIn() {
    return <SignInPage next={Route.useSearch().next ?? null} />;
  },
});
