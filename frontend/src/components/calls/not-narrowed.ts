import type { CallsNarrowed } from "@/lib/calls-asked";

/** A list of calls that is not narrowed but by its period. */
export const CALLS_NOT_NARROWED = {
  outcome: undefined,
  model: undefined,
  provider: undefined,
  credential_id: undefined,
  allocation_id: undefined,
  client: undefined,
  request_id: undefined,
  call_id: undefined,
  cost_usd_min: undefined,
  cost_usd_max: undefined,
  latency_ms_min: undefined,
  latency_ms_max: undefined,
} satisfies CallsNarrowed;
