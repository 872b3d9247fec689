import { useQueries, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { memberNameQuery, modelNamesQuery } from "@/client/names";
import type { AllocationShown } from "@/client/schema.gen";

/** What some allocations are called: the model and the member, by their ids until the names are here. */
export function useGrantNames(allocations: readonly AllocationShown[]): (allocation: AllocationShown) => string {
  const { t } = useTranslation("people");
  const models = useQuery({ ...modelNamesQuery, enabled: allocations.length > 0 }).data;
  const ids = [...new Set(allocations.map((each) => each.member_id))];
  const members = useQueries({ queries: ids.map((id) => memberNameQuery(id)) });
  const names = new Map(ids.map((id, index) => [id, members[index]?.data?.display_name]));
  return ({ member_id: member, model_id: model }) => t("grants.of_member", { model: models?.get(model)?.slug ?? model, member: names.get(member) ?? member });
}
