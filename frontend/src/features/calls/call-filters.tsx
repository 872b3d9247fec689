import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { myAllocationQuery, myCredentialsCalledQuery, myModelsCalledQuery } from "@/client/my-names";
import { Slug } from "@/components/amounts";
import { MoreFilters, OutcomeChips } from "@/components/calls/more-filters";
import { CALLS_NOT_NARROWED } from "@/components/calls/not-narrowed";
import { PeriodChip } from "@/components/calls/period-chip";
import { PickChip } from "@/components/calls/pick-chip";
import { Filters, SetChip } from "@/components/filters";
import { USUAL_RANGE, type CallsAsked } from "./api";

/** All of the member's calls. */
export const NO_FILTERS = { ...CALLS_NOT_NARROWED, range: undefined, since: undefined, until: undefined } satisfies CallsAsked;

/** Whether anything is asked for. */
export function isNarrowed(asked: CallsAsked): boolean {
  return (Object.keys(NO_FILTERS) as (keyof typeof NO_FILTERS)[]).some((name) => asked[name] !== undefined);
}

interface CallFiltersProps {
  asked: CallsAsked;
  onAsk: (change: Partial<CallsAsked>) => void;
  /** What a credential is called. */
  nameOf: (credentialId: string) => string | undefined;
  onClear: (() => void) | undefined;
}

/** What the member's calls are narrowed to. */
export function CallFilters({ asked, onAsk, nameOf, onClear }: CallFiltersProps) {
  const { t } = useTranslation("filters");
  return (
    <Filters onClear={onClear}>
      <PeriodChip asked={asked} usual={USUAL_RANGE} onAsk={onAsk} />
      <OutcomeChips asked={asked} onAsk={onAsk} />
      <PickChip
        name={t("credential")}
        title={t("pick_credential")}
        picked={asked.credential_id && (nameOf(asked.credential_id) ?? asked.credential_id.slice(0, 8))}
        query={myCredentialsCalledQuery}
        choiceOf={(credential) => ({
          value: credential.id,
          shows: (
            <>
              <span className="font-medium text-ink">{credential.name}</span> <code className="font-mono text-small text-ink-3">{credential.display}</code>
            </>
          ),
        })}
        onPick={(credential_id) => onAsk({ credential_id })}
      />
      <PickChip
        name={t("model")}
        title={t("pick_model")}
        picked={asked.model}
        query={myModelsCalledQuery}
        choiceOf={({ slug }) => ({ value: slug, shows: <Slug slug={slug} /> })}
        onPick={(model) => onAsk({ model })}
      />
      {asked.allocation_id !== undefined && <AllocationChip id={asked.allocation_id} onClear={() => onAsk({ allocation_id: undefined })} />}
      <MoreFilters asked={asked} onAsk={onAsk} />
    </Filters>
  );
}

// An allocation is of one model, and has no other name.
function AllocationChip({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("filters");
  return <SetChip name={t("allocation")} value={useQuery(myAllocationQuery(id)).data?.model ?? id.slice(0, 8)} onClear={onClear} />;
}
