import { createFileRoute, redirect } from "@tanstack/react-router";

import { ApiProblem } from "@/client/problem";
import { PageNotFound, PagePending } from "@/components/page-states";
import { ready } from "@/lib/ready";
import { meQuery } from "@/session/api";
import { Shell } from "@/shell/shell";

export const Route = createFileRoute("/_in")({
  beforeLoad: async ({ context, location }) => {
    try {
      await ready(context.queries, meQuery);
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) {
        throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { next: `/app${location.href}` } });
      }
      throw error;
    }
  },
  component: Shell,
  notFoundComponent: PageNotFound,
  pendingComponent: PagePending,
});
