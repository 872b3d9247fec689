import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { useWrite } from "@/lib/writes";

/** A write that signs somebody in: the page they wanted is shown then, with nothing left of whoever was here before. */
export function useEnter<Given>(write: (given: Given) => Promise<{ next: string }>) {
  const queries = useQueryClient();
  const router = useRouter();
  return useWrite({
    write,
    touches: [],
    onDone: ({ next }) => {
      // All but the link that was followed: its page is still there, and the link is not good any more.
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "link" });
      router.history.push(next);
    },
  });
}

/** The secret behind the `#` of the address, also of a link that is pasted over another one; empty without one. */
export function useSecretInAddress(): string {
  const [secret, setSecret] = useState(secretInAddress);
  useEffect(() => {
    const changed = () => setSecret(secretInAddress());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return secret;
}

// No server sees what stands there.
function secretInAddress(): string {
  return decodeURIComponent(location.hash.slice(1));
}
