// Apart from the page: the router reads this before any page of members is loaded.
export const TABS = ["access", "allocations", "credentials", "usage", "sessions", "audit"] as const;
export type Tab = (typeof TABS)[number];

/** What of a member's page is in the address. */
export interface MemberShowing {
  tab?: Tab | undefined;
  model?: string | undefined;
  credential?: string | undefined;
  q?: string | undefined;
}
