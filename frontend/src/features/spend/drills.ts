import type { By, Filter } from "./api";

/** Which filter a press on a group sets, and by what its calls are told apart then. */
export const DRILLS: Readonly<Record<By, { filter: Filter; then: By }>> = {
  model: { filter: "model", then: "member" },
  member: { filter: "member_id", then: "model" },
  provider: { filter: "provider", then: "model" },
  provider_key: { filter: "provider_key_id", then: "model" },
  credential: { filter: "credential_id", then: "model" },
  tag: { filter: "tag_id", then: "member" },
  outcome: { filter: "outcome", then: "model" },
  allocation: { filter: "allocation_id", then: "credential" },
};
