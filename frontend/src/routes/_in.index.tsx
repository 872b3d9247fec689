import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";

import { myAllocationsQuery } from "@/features/allocations/api";
import { WhatIsLeft } from "@/features/allocations/what-is-left";
import { hasCalledQuery } from "@/features/calls/api";
import { LastCalls } from "@/features/calls/last-calls";
import { ExpiringNotice, useCredentialNames } from "@/features/credentials/expiring-notice";
import { Settled } from "@/features/home/settled";
import { SpendThisMonth } from "@/features/usage/spend-this-month";
import { messages } from "@/i18n";
import { FirstSteps } from "./-first-steps";

export const Route = createFileRoute("/_in/")({
  staticData: { crumbs: [{ text: "place.home" }] },
  loader: ({ context }) =>
    Promise.all([
      messages("home", "models", "credentials"),
      context.queries.ensureQueryData(hasCalledQuery),
      context.queries.ensureQueryData(myAllocationsQuery),
    ]),
  component: Home,
});

function Home() {
  const { data: hasCalled } = useSuspenseQuery(hasCalledQuery);
  // Whoever has just made the first call reads on until they leave: nothing on the page jumps.
  const [wasNew] = useState(!hasCalled);
  const nameOf = useCredentialNames();
  if (wasNew) return <FirstSteps />;
  return <Settled notice={<ExpiringNotice />} left={<WhatIsLeft />} spend={<SpendThisMonth />} calls={<LastCalls nameOf={nameOf} />} />;
}
