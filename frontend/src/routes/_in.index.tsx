import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";

import { PagePending } from "@/components/page-states";
import { myAllocationsQuery } from "@/features/allocations/api";
import { hasCalledQuery } from "@/features/calls/api";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";

const FirstSteps = lazy(() => import("./-first-steps"));
const SettledHome = lazy(() => import("./-settled-home"));

export const Route = createFileRoute("/_in/")({
  staticData: { crumbs: [{ text: "place.home" }] },
  loader: ({ context }) =>
    Promise.all([
      messages("home", "models", "credentials"),
      ready(context.queries, hasCalledQuery),
      ready(context.queries, myAllocationsQuery),
    ]),
  component: Home,
});

function Home() {
  const { data: hasCalled } = useSuspenseQuery(hasCalledQuery);
  // Whoever has just made the first call reads on until they leave: nothing on the page jumps.
  const [wasNew] = useState(!hasCalled);
  return <Suspense fallback={<PagePending />}>{wasNew ? <FirstSteps /> : <SettledHome />}</Suspense>;
}
