import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";

import { PagePending } from "@/components/page-states";
import { myAllocationsQuery } from "@/features/allocations/api";
import { hasCalledQuery } from "@/features/calls/api";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";

const readFirstSteps = () => import("./-first-steps");
const readSettledHome = () => import("./-settled-home");
const FirstSteps = lazy(readFirstSteps);
const SettledHome = lazy(readSettledHome);

export const Route = createFileRoute("/_in/")({
  staticData: { crumbs: [{ text: "place.home" }] },
  loader: ({ context }) =>
    Promise.all([
      messages("home", "models", "credentials"),
      ready(context.queries, hasCalledQuery).then((hasCalled) => (hasCalled ? readSettledHome() : readFirstSteps())),
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
