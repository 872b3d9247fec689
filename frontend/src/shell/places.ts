import type { LinkProps } from "@tanstack/react-router";
import {
  Blocks, Box, ChartColumn, Gauge, House, KeyRound, List, MessageSquare, Plug, ScrollText, Server, Signpost, Split, Tag, User, Users, type LucideIcon,
} from "lucide-react";

import type shared from "@/i18n/en/shared.json";

type Where = NonNullable<LinkProps["to"]>;
type PlaceName = Extract<keyof typeof shared, `place.${string}`>;
type GroupName = Extract<keyof typeof shared, `group.${string}`>;

/** A place of the navigation. `key` goes there after `g`; `bar` puts it into the phone's bar, which has room for four. */
export interface Place {
  to: Where;
  name: PlaceName;
  icon: LucideIcon;
  key?: string;
  bar?: boolean;
  /** Only its own address counts as being there. */
  exact?: boolean;
}

/** Places under a heading; the first group has none. */
export interface Group {
  name: GroupName | null;
  places: readonly Place[];
}

/** The places of a member, in their order. A page is added here when it exists. */
export const PERSONAL: readonly Place[] = [
  { to: "/", name: "place.home", icon: House, key: "h", bar: true, exact: true },
  { to: "/catalog", name: "place.models", icon: Box, key: "m", bar: true },
  { to: "/playground", name: "place.playground", icon: MessageSquare, key: "p", bar: true },
  { to: "/credentials", name: "place.credentials", icon: KeyRound, key: "c" },
  { to: "/apps", name: "place.apps", icon: Blocks },
  { to: "/usage", name: "place.usage", icon: ChartColumn, key: "u", bar: true, exact: true },
  { to: "/usage/calls", name: "place.calls", icon: List },
];

/** Where a member's own settings are: in the account menu, and on phones under More. */
export const ACCOUNT: Place = { to: "/account/profile", name: "place.account", icon: User };

/** The places of an administrator. A group without places is not shown. */
export const ADMINISTRATION: readonly Group[] = [
  {
    name: null,
    places: [
      { to: "/admin", name: "place.home", icon: House, bar: true, exact: true },
      { to: "/admin/calls", name: "place.all_calls", icon: List, bar: true },
      { to: "/admin/usage", name: "place.spend", icon: ChartColumn },
    ],
  },
  {
    name: "group.people",
    places: [
      { to: "/admin/members", name: "place.members", icon: Users, bar: true },
      { to: "/admin/tags", name: "place.tags", icon: Tag },
      { to: "/admin/allocations", name: "place.allocations", icon: Split },
      { to: "/admin/limits", name: "place.limits", icon: Gauge },
    ],
  },
  {
    name: "group.catalog",
    places: [
      { to: "/admin/models", name: "place.models", icon: Box, bar: true },
      { to: "/admin/aliases", name: "place.aliases", icon: Signpost },
      { to: "/admin/provider-keys", name: "place.provider_keys", icon: Plug },
    ],
  },
  {
    name: "group.system",
    places: [
      { to: "/admin/audit", name: "place.audit", icon: ScrollText },
      { to: "/admin/system", name: "place.system", icon: Server },
    ],
  },
];
