import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { lazy, Suspense, useState, type ComponentType } from "react";

import { PagePending } from "@/components/page-states";
import { myAllocationsQuery } from "@/features/allocations/api";
import { hasCalledQuery } from "@/features/calls/api";
import { messages } from "@/i18n";
import { ready } from "@/lib/ready";

type Home = { default: ComponentType };
const homes: Record<"first" | "settled", () => Promise<Home>> = {
  first: () => import("./-first-steps"),
  settled: () => import("./-settled-home"),
};
// What has been read is drawn at once: a lazy component shows its fallback first, and React keeps that for 300 ms.
const drawn: Record<keyof typeof homes, ComponentType> = { first: lazy(homes.first), settled: lazy(homes.settled) };

async function read(which: keyof typeof homes): Promise<void> {
  drawn[which] = (await homes[which]()).default;
}

export const Route = createFileRoute("/_in/")({
  staticData: { crumbs: [{ text: "place.home" }] },
  loader: ({ context }) =>
    Promise.all([
      messages("home", "models", "credentials"),
      ready(context.queries, hasCalledQuery).then((hasCalled) => read(hasCalled ? "settled" : "first")),
      ready(context.queries, myAllocationsQuery),
    ]),
  component: HomePage,
});

function HomePage() {
  const { data: hasCalled } = useSuspenseQuery(hasCalledQuery);
  // Whoever has just made the first call reads on until they leave: nothing on the page jumps.
  const [Shown] = useState(() => drawn[hasCalled ? "settled" : "first"]);
  return (
    <Suspense fallback={<PagePending />}>
      <Shown />
    </Suspense>
  );
}
