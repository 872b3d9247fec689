import { WhatIsLeft } from "@/features/allocations/what-is-left";
import { LastCalls } from "@/features/calls/last-calls";
import { ExpiringNotice, useCredentialNames } from "@/features/credentials/expiring-notice";
import { Settled } from "@/features/home/settled";
import { SpendThisMonth } from "@/features/usage/spend-this-month";

/** Home of a member who has called. Here four features meet that know nothing of one another. */
export default function SettledHome() {
  const nameOf = useCredentialNames();
  return <Settled notice={<ExpiringNotice />} left={<WhatIsLeft />} spend={<SpendThisMonth />} calls={<LastCalls nameOf={nameOf} />} />;
}
