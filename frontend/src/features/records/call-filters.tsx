import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { memberNameQuery, membersCalledQuery, modelNamesQuery } from "@/client/names";
import { Slug } from "@/components/amounts";
import { MoreFilters, OutcomeChips } from "@/components/calls/more-filters";
import { CALLS_NOT_NARROWED } from "@/components/calls/not-narrowed";
import { PeriodChip } from "@/components/calls/period-chip";
import { PickChip } from "@/components/calls/pick-chip";
import { Filters, SelectChip, SetChip } from "@/components/filters";
import { useLimitWords } from "@/components/limit-bar";
import { allocationQuery, credentialQuery, credentialsLikeQuery, limitNameQuery, modelsLikeQuery, tagsQuery, USUAL_RANGE, type CallsAsked } from "./api";

/** A list of calls that is not narrowed. */
export const NO_FILTERS = { ...CALLS_NOT_NARROWED, member_id: undefined, tag_id: undefined, limit_id: undefined } satisfies Partial<CallsAsked>;

/** Whether anything but the period is asked for. */
export function isNarrowed(asked: CallsAsked): boolean {
  return (Object.keys(NO_FILTERS) as (keyof typeof NO_FILTERS)[]).some((name) => asked[name] !== undefined);
}

interface CallFiltersProps {
  asked: CallsAsked;
  onAsk: (change: Partial<CallsAsked>) => void;
}

/** What the calls are narrowed to. */
export function CallFilters({ asked, onAsk }: CallFiltersProps) {
  return (
    <Filters onClear={isNarrowed(asked) ? () => onAsk(NO_FILTERS) : undefined}>
      <PeriodChip asked={asked} usual={USUAL_RANGE} onAsk={onAsk} />
      {asked.limit_id === undefined ? <AnyFilters asked={asked} onAsk={onAsk} /> : <LimitChip id={asked.limit_id} onClear={() => onAsk({ limit_id: undefined })} />}
    </Filters>
  );
}

/** The filters that go with one another; a limit's refusals are found along an index of their own, which leads past none of these. */
function AnyFilters({ asked, onAsk }: CallFiltersProps) {
  const { t } = useTranslation(["filters", "records"]);
  const tags = useQuery(tagsQuery).data?.items ?? [];
  const member = useQuery({ ...memberNameQuery(asked.member_id ?? ""), enabled: asked.member_id !== undefined }).data;
  const credential = useQuery({ ...credentialQuery(asked.credential_id ?? ""), enabled: asked.credential_id !== undefined }).data;
  return (
    <>
      <OutcomeChips asked={asked} onAsk={onAsk} />
      <PickChip
        name={t("records:column.member")}
        title={t("records:pick_member")}
        picked={asked.member_id && (member?.display_name ?? asked.member_id.slice(0, 8))}
        query={membersCalledQuery}
        choiceOf={(each) => ({
          value: each.id,
          shows: (
            <>
              <span className="font-medium text-ink">{each.display_name}</span> <span className="text-ink-3">{each.identifier}</span>
            </>
          ),
        })}
        onPick={(member_id) => onAsk({ member_id })}
      />
      <PickChip
        name={t("model")}
        title={t("pick_model")}
        picked={asked.model}
        query={modelsLikeQuery}
        choiceOf={({ slug }) => ({ value: slug, shows: <Slug slug={slug} /> })}
        onPick={(model) => onAsk({ model })}
      />
      {tags.length > 0 && <SelectChip label={t("records:tag")} value={asked.tag_id} none={t("records:tag")} options={tags.map((tag) => ({ value: tag.id, label: tag.name }))} onChange={(tag_id) => onAsk({ tag_id })} />}
      <PickChip
        name={t("credential")}
        title={t("pick_credential")}
        picked={asked.credential_id && (credential?.name ?? asked.credential_id.slice(0, 8))}
        query={credentialsLikeQuery}
        choiceOf={(each) => ({
          value: each.id,
          shows: (
            <>
              <span className="font-medium text-ink">{each.name}</span> <MemberOf id={each.member_id} />
            </>
          ),
        })}
        onPick={(credential_id) => onAsk({ credential_id })}
      />
      {asked.allocation_id !== undefined && <AllocationChip id={asked.allocation_id} onClear={() => onAsk({ allocation_id: undefined })} />}
      <MoreFilters asked={asked} onAsk={onAsk} />
    </>
  );
}

function LimitChip({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("records");
  const words = useLimitWords();
  const { data } = useQuery(limitNameQuery(id));
  const subject = data?.subject?.name;
  const says = data === undefined ? id.slice(0, 8) : words.each(data);
  return (
    <>
      <SetChip name={t("limit")} value={subject === undefined ? says : t("limit_of", { limit: says, subject })} onClear={onClear} />
      <span className="text-small text-ink-3">{t("limit_alone")}</span>
    </>
  );
}

/** Whose a credential is: names are no two members' alone. */
function MemberOf({ id }: { id: string }) {
  return <span className="text-ink-3">{useQuery(memberNameQuery(id)).data?.display_name}</span>;
}

/** A right to call a model, by whose it is and of which model. */
function AllocationChip({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("filters");
  const allocation = useQuery(allocationQuery(id)).data;
  const member = useQuery({ ...memberNameQuery(allocation?.member_id ?? ""), enabled: allocation !== undefined }).data;
  const model = useQuery({ ...modelNamesQuery, enabled: allocation !== undefined }).data?.get(allocation?.model_id ?? "");
  const isNamed = member != null && model !== undefined;
  return <SetChip name={t("allocation")} value={isNamed ? t("allocation_of", { member: member.display_name, model: model.slug }) : id.slice(0, 8)} onClear={onClear} />;
}
