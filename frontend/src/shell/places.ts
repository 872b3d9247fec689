import type { LinkProps } from "@tanstack/react-router";
import { Box, House, KeyRound, User, type LucideIcon } from "lucide-react";

type Where = NonNullable<LinkProps["to"]>;

/** A place of the navigation. `key` goes there after `g`; `bar` puts it into the phone's bar. */
export interface Place {
  to: Where;
  name: `place.${"home" | "models" | "credentials" | "account"}`;
  icon: LucideIcon;
  key?: string;
  bar?: boolean;
  /** Only its own address counts as being there. */
  exact?: boolean;
}

/** The places of a member, in their order. A page is added here when it exists. */
export const PERSONAL: readonly Place[] = [
  { to: "/", name: "place.home", icon: House, key: "h", bar: true, exact: true },
  { to: "/catalog", name: "place.models", icon: Box, key: "m", bar: true },
  { to: "/credentials", name: "place.credentials", icon: KeyRound, key: "c", bar: true },
];

/** Where a member's own settings are: in the account menu, and on phones under More. */
export const ACCOUNT: Place = { to: "/account/profile", name: "place.account", icon: User };

/** The places of an administrator, in groups with a heading. */
export const ADMINISTRATION: readonly { name: null; places: readonly Place[] }[] = [];
