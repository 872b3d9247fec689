import type { PriceShown } from "@/client/schema.gen";

/** The version that is charged at a moment, of versions that are sorted the latest to begin first; undefined before the first. */
export function inForceAt(versions: readonly PriceShown[], now: number): PriceShown | undefined {
  return versions.find((version) => Date.parse(version.in_force_from) <= now);
}
