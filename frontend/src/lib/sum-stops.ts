import type { StopsShown } from "@/client/schema.gen";

const COUNTED = ["sessions", "access_tokens", "identities", "links", "open_calls"] as const;

interface Many<Named> {
  count: number;
  first: Named[];
}

/** What stops by several writes together. What stops by two of them counts once, as far as it is named. */
export function sumStops(all: readonly StopsShown[]): StopsShown {
  const many = <Named extends { id: string }>(of: (stops: StopsShown) => Many<Named>): Many<Named> => {
    const those = all.map(of);
    const first = [...new Map(those.flatMap((each) => each.first).map((each) => [each.id, each])).values()];
    const unnamed = those.reduce((sum, each) => sum + each.count - each.first.length, 0);
    return { count: first.length + unnamed, first };
  };
  const counted = Object.fromEntries(COUNTED.map((kind) => [kind, all.reduce((sum, each) => sum + each[kind], 0)])) as Record<(typeof COUNTED)[number], number>;
  return {
    dry_run: true,
    ...counted,
    members: many((stops) => stops.members),
    service_accounts: many((stops) => stops.service_accounts),
    credentials: many((stops) => stops.credentials),
    allocations: many((stops) => stops.allocations),
    models: many((stops) => stops.models),
  };
}
