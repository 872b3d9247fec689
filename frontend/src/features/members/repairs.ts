import type { Explained } from "@/client/schema.gen";

/** What would mend a check, as the API writes it down. */
export type Repair = Explained["steps"][number]["repairs"][number];

// The repairs that a request mends as it stands; the others want what only a person knows: a price, a provider key.
const READY = [
  /^PATCH \/api\/admin\/(credentials|models|routes|limits)\/[^/]+$/,
  /^DELETE \/api\/admin\/limits\/[^/]+$/,
  /^POST \/api\/admin\/(members|provider-keys)\/[^/]+\/enable$/,
  /^POST \/api\/admin\/credentials\/[^/]+\/resume$/,
  /^POST \/api\/admin\/models\/[^/]+\/unarchive$/,
  /^POST \/api\/admin\/tags\/[^/]+\/members(\/remove)?$/,
  /^PUT \/api\/admin\/models\/[^/]+\/policy$/,
  /^POST \/api\/admin\/allocations$/,
  /^POST \/api\/admin\/allocations\/[^/]+\/(resume|release)$/,
];

/** Whether pressing a button is all that a repair needs. */
export function isReady(repair: Repair): boolean {
  return READY.some((each) => each.test(`${repair.method} ${repair.path}`));
}

/** Whether a repair can say beforehand who gains and who loses by it. */
export function hasEffect(repair: Repair): boolean {
  return isReady(repair) && /\/(policy|members|members\/remove)$/.test(repair.path ?? "");
}
