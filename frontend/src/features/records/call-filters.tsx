import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { memberNameQuery, modelNamesQuery } from "@/client/names";
import { Filters, SelectChip, SetChip, ToggleChip } from "@/components/filters";
import { useLimitWords } from "@/components/limit-bar";
import { useFormat } from "@/lib/format";
import { formatUsd } from "@/lib/money";
import { allocationQuery, credentialQuery, limitNameQuery, RANGES, tagsQuery, type CallsAsked } from "./api";
import { MoreFilters } from "./more-filters";
import { PickCredential, PickMember, PickModel } from "./pick-filters";
import { isUsd, secondsOf } from "./spans";

/** A list of calls that is not narrowed. */
export const NO_FILTERS = {
  outcome: undefined,
  member_id: undefined,
  model: undefined,
  provider: undefined,
  credential_id: undefined,
  allocation_id: undefined,
  tag_id: undefined,
  limit_id: undefined,
  client: undefined,
  request_id: undefined,
  call_id: undefined,
  cost_usd_min: undefined,
  cost_usd_max: undefined,
  latency_ms_min: undefined,
  latency_ms_max: undefined,
} satisfies Partial<CallsAsked>;

/** Whether anything but the period is asked for. */
export function isNarrowed(asked: CallsAsked): boolean {
  return (Object.keys(NO_FILTERS) as (keyof typeof NO_FILTERS)[]).some((name) => asked[name] !== undefined);
}

const WRITTEN = ["provider", "client", "request_id", "call_id", "cost_usd_min", "cost_usd_max", "latency_ms_min", "latency_ms_max"] as const;

const OUTCOMES = ["failed", "ok"] as const;

type Picking = "member" | "model" | "credential" | "more";

interface CallFiltersProps {
  asked: CallsAsked;
  onAsk: (change: Partial<CallsAsked>) => void;
}

/** What the calls are narrowed to. */
export function CallFilters({ asked, onAsk }: CallFiltersProps) {
  const { t } = useTranslation(["records", "shared"]);
  const format = useFormat();
  const [picking, setPicking] = useState<Picking | null>(null);
  const close = () => setPicking(null);
  return (
    <Filters onClear={isNarrowed(asked) ? () => onAsk(NO_FILTERS) : undefined}>
      <SelectChip
        label={t("range")}
        value={asked.range ?? "day"}
        options={RANGES.filter((range) => range !== "custom" || asked.range === "custom").map((value) => ({
          value,
          label: value === "custom" ? t("range.custom", { since: asked.since === undefined ? "–" : format.moment(asked.since), until: asked.until === undefined ? "–" : format.moment(asked.until) }) : t(`range.${value}`),
        }))}
        onChange={(range) => onAsk({ range: range === "day" ? undefined : range, ...(range !== "custom" && { since: undefined, until: undefined }) })}
      />
      {asked.limit_id === undefined ? <AnyFilters asked={asked} onAsk={onAsk} onPick={setPicking} /> : <LimitChip id={asked.limit_id} onClear={() => onAsk({ limit_id: undefined })} />}
      {picking === "member" && <PickMember onClose={close} onPick={(member_id) => onAsk({ member_id })} />}
      {picking === "model" && <PickModel onClose={close} onPick={(model) => onAsk({ model })} />}
      {picking === "credential" && <PickCredential onClose={close} onPick={(credential_id) => onAsk({ credential_id })} />}
      {picking === "more" && <MoreFilters asked={asked} onClose={close} onAsk={onAsk} />}
    </Filters>
  );
}

/** The filters that go with one another; a limit's refusals are found along an index of their own, which leads past none of these. */
function AnyFilters({ asked, onAsk, onPick }: CallFiltersProps & { onPick: (what: Picking) => void }) {
  const { t } = useTranslation("records");
  const tags = useQuery(tagsQuery).data?.items ?? [];
  const format = useFormat();
  const { outcome } = asked;
  return (
    <>
      {OUTCOMES.map((each) => (
        <ToggleChip key={each} on={outcome === each} onChange={(on) => onAsk({ outcome: on ? each : undefined })}>
          {t(`outcome.${each}`)}
        </ToggleChip>
      ))}
      {outcome !== undefined && outcome !== "ok" && outcome !== "failed" && <SetChip name={t("column.outcome")} value={<code className="font-mono text-code">{outcome}</code>} onClear={() => onAsk({ outcome: undefined })} />}
      {asked.member_id === undefined ? (
        <ToggleChip on={false} onChange={() => onPick("member")}>
          {t("column.member")}
        </ToggleChip>
      ) : (
        <MemberChip id={asked.member_id} onClear={() => onAsk({ member_id: undefined })} />
      )}
      {asked.model === undefined ? (
        <ToggleChip on={false} onChange={() => onPick("model")}>
          {t("column.model")}
        </ToggleChip>
      ) : (
        <SetChip name={t("column.model")} value={asked.model} onClear={() => onAsk({ model: undefined })} />
      )}
      {tags.length > 0 && <SelectChip label={t("tag")} value={asked.tag_id} none={t("tag")} options={tags.map((tag) => ({ value: tag.id, label: tag.name }))} onChange={(tag_id) => onAsk({ tag_id })} />}
      {asked.credential_id === undefined ? (
        <ToggleChip on={false} onChange={() => onPick("credential")}>
          {t("credential")}
        </ToggleChip>
      ) : (
        <CredentialChip id={asked.credential_id} onClear={() => onAsk({ credential_id: undefined })} />
      )}
      {asked.allocation_id !== undefined && <AllocationChip id={asked.allocation_id} onClear={() => onAsk({ allocation_id: undefined })} />}
      {WRITTEN.map((name) => (asked[name] === undefined ? null : <SetChip key={name} name={t(`more.${name}`)} value={shownAs(name, asked[name], format)} onClear={() => onAsk({ [name]: undefined })} />))}
      <ToggleChip on={false} onChange={() => onPick("more")}>
        {t("more")}
      </ToggleChip>
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

function MemberChip({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("records");
  return <SetChip name={t("column.member")} value={useQuery(memberNameQuery(id)).data?.display_name ?? id.slice(0, 8)} onClear={onClear} />;
}

function CredentialChip({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("records");
  return <SetChip name={t("credential")} value={useQuery(credentialQuery(id)).data?.name ?? id.slice(0, 8)} onClear={onClear} />;
}

/** A right to call a model, by whose it is and of which model. */
function AllocationChip({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("records");
  const allocation = useQuery(allocationQuery(id)).data;
  const member = useQuery({ ...memberNameQuery(allocation?.member_id ?? ""), enabled: allocation !== undefined }).data;
  const model = useQuery({ ...modelNamesQuery, enabled: allocation !== undefined }).data?.get(allocation?.model_id ?? "");
  const isNamed = member != null && model !== undefined;
  return <SetChip name={t("allocation")} value={isNamed ? t("allocation_of", { member: member.display_name, model: model.slug }) : id.slice(0, 8)} onClear={onClear} />;
}

function shownAs(name: (typeof WRITTEN)[number], value: string, format: ReturnType<typeof useFormat>): string {
  if (name === "cost_usd_min" || name === "cost_usd_max") return isUsd(value) ? formatUsd(value) : value;
  if (name === "latency_ms_min" || name === "latency_ms_max") return secondsOf(value) === "" ? value : format.duration(Number(value));
  return value;
}
