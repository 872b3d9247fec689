import { useSuspenseQuery } from "@tanstack/react-query";

import type { MeShown } from "@/client/schema.gen";
import { meQuery } from "./api";

/** The member who is signed in. Only below the route that makes sure that somebody is. */
export function useMe(): MeShown {
  return useSuspenseQuery(meQuery).data;
}

/** Whether somebody may open the administration. */
export function administrates(me: Pick<MeShown, "role">): boolean {
  return me.role === "admin" || me.role === "owner";
}
