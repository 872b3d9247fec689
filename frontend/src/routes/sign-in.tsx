import { createFileRoute } from "@tanstack/react-router";

import { SignInPage } from "@/features/entry/sign-in-page";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";
import { search, word } from "@/lib/search";
import { methodsQuery } from "@/session/api";

export const Route = createFileRoute("/sign-in")({
  validateSearch: search({ next: word(2000) }),
  loader: ({ context }) => Promise.all([messages("entry"), ready(context.queries, methodsQuery)]),
  component: function SignIn() {
    const { next } = Route.useSearch();
    return <SignInPage next={next?.startsWith("/app/") ? next : null} />;
  },
});
