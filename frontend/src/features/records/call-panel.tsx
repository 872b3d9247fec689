import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { memberNameQuery } from "@/client/names";
import type { CallRecordFound } from "@/client/schema.gen";
import { Moment, Money, Nothing, Slug, TokenCount } from "@/components/amounts";
import { UsageSource } from "@/components/calls/usage-source";
import { CopyButton } from "@/components/copy-button";
import { ErrorState } from "@/components/problem";
import { RecordedRefusal, ToldClient } from "@/components/recorded-refusal";
import { PanelPart, SidePanel } from "@/components/side-panel";
import { OutcomeBadge } from "@/components/status-badge";
import { Fact, Facts } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { callQuery, credentialQuery } from "./api";
import { Attempts } from "./attempts";
import { useReasons } from "./reasons";

/** What says whether the same call would be answered now: another feature's. */
export type Explaining = (call: { memberId: string; model: string; credentialId: string | undefined }) => ReactNode;

/** What can be done about what refused a call: another feature's. */
export type Repairing = (refused: { details: CallRecordFound["details"]; allocationId: string | null }) => ReactNode;

interface CallPanelProps {
  id: string;
  explaining: Explaining;
  repairing: Repairing;
  onClose: () => void;
  onPrevious: (() => void) | null;
  onNext: (() => void) | null;
}

/** One call as it was recorded: why it ended so, every attempt, what it was billed, and its ids. */
export function CallPanel({ id, explaining, repairing, ...panel }: CallPanelProps) {
  const { t } = useTranslation("records");
  const { data: call, error, refetch } = useQuery(callQuery(id));
  return (
    <SidePanel label={t("panel")} head={call === undefined ? t("panel") : <OutcomeBadge outcome={call.outcome} />} {...panel}>
      {error !== null && call === undefined ? <ErrorState what={t("panel_failed")} error={error} onRetry={() => void refetch()} /> : call === undefined ? <SkeletonRows count={8} /> : <Told call={call} explaining={explaining} repairing={repairing} />}
    </SidePanel>
  );
}

function Told({ call, explaining, repairing }: { call: CallRecordFound; explaining: Explaining; repairing: Repairing }) {
  const { t } = useTranslation(["records", "refusals"]);
  const say = useReasons();
  const member = useQuery({ ...memberNameQuery(call.member_id ?? ""), enabled: call.member_id !== null }).data;
  const slug = call.model ?? call.requested_model;
  const asked = call.requested_model ?? call.model;
  return (
    <>
      <PanelPart>
        <h2 className="text-[1.0625rem] leading-6 font-semibold">{say(call.outcome)}</h2>
        <p className="mt-1 flex flex-wrap gap-x-1.5 text-dense text-ink-2">
          {member?.display_name !== undefined && <span>{member.display_name} ·</span>}
          {slug !== null && (
            <span>
              <Slug slug={slug} /> ·
            </span>
          )}
          <Moment at={call.started_at} />
        </p>
      </PanelPart>
      {Object.keys(call.details).length > 0 && (
        <PanelPart title={t("recorded")}>
          <RecordedRefusal details={call.details} at={call.started_at} />
        </PanelPart>
      )}
      {call.outcome !== "ok" && ("limit_id" in call.details || call.allocation_id !== null) && <PanelPart title={t("repair")}>{repairing({ details: call.details, allocationId: call.allocation_id })}</PanelPart>}
      {call.outcome !== "ok" && call.member_id !== null && asked !== null && (
        <PanelPart title={t("now")}>{explaining({ memberId: call.member_id, model: asked, credentialId: call.credential_id ?? undefined })}</PanelPart>
      )}
      <PanelPart title={t("attempts")}>
        <Attempts call={call} />
      </PanelPart>
      {call.outcome !== "ok" && (
        <PanelPart title={t("refusals:told.title")}>
          <ToldClient told={call.told ?? null} />
        </PanelPart>
      )}
      <PanelPart title={t("billed")}>
        <Billed call={call} />
      </PanelPart>
      <PanelPart title={t("who")}>
        <Who call={call} member={member?.display_name} />
      </PanelPart>
      <PanelPart title={t("ids")}>
        <Facts>
          <Id label={t("request_id")} id={call.request_id} />
          <Id label={t("call_id")} id={call.call_id} />
          {call.upstream_request_id !== null && <Id label={t("upstream_request_id")} id={call.upstream_request_id} />}
        </Facts>
      </PanelPart>
    </>
  );
}

function Billed({ call }: { call: CallRecordFound }) {
  const { t } = useTranslation("records");
  const format = useFormat();
  const nothing = call.outcome !== "ok" && call.input_tokens + call.output_tokens === 0;
  const tokens = ["input_tokens", "cached_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens"] as const;
  return (
    <Facts>
      <Fact label={t("billed_cost")}>{nothing ? t("not_billed") : <Money usd={call.billed_cost_usd} places={4} />}</Fact>
      {call.list_cost_usd !== call.billed_cost_usd && (
        <Fact label={t("list_cost")}>
          <Money usd={call.list_cost_usd} places={4} />
        </Fact>
      )}
      <Fact label={t("held")}>
        <Money usd={call.held_usd} places={4} />
      </Fact>
      {tokens
        .filter((name) => call[name] > 0)
        .map((name) => (
          <Fact key={name} label={t(`tokens.${name}`)}>
            <TokenCount count={call[name]} />
          </Fact>
        ))}
      {call.quantity !== null && (
        <Fact label={t("quantity")}>
          {format.count(call.quantity)} {call.unit}
        </Fact>
      )}
      <Fact label={t("usage_source")}>
        <UsageSource source={call.usage_source} />
      </Fact>
      {call.service_tier !== null && <Fact label={t("service_tier")}>{call.service_tier}</Fact>}
      {call.price_version_id !== null && <Id label={t("price_version")} id={call.price_version_id} />}
    </Facts>
  );
}

function Who({ call, member }: { call: CallRecordFound; member: string | undefined }) {
  const { t } = useTranslation("records");
  const format = useFormat();
  const credential = useQuery({ ...credentialQuery(call.credential_id ?? ""), enabled: call.credential_id !== null }).data;
  const link = "font-medium text-accent-ink hover:underline";
  return (
    <Facts>
      <Fact label={t("column.member")}>
        {call.member_id === null ? (
          <Nothing />
        ) : (
          <Link to="/admin/calls" search={{ member_id: call.member_id }} className={link}>
            {member ?? call.member_id.slice(0, 8)}
          </Link>
        )}
      </Fact>
      <Fact label={t("credential")}>
        {call.credential_id === null ? (
          <Nothing />
        ) : (
          <Link to="/admin/calls" search={{ credential_id: call.credential_id }} className={link}>
            {credential?.name ?? call.credential_id.slice(0, 8)}
          </Link>
        )}
      </Fact>
      {call.requested_model !== null && call.requested_model !== call.model && <Fact label={t("requested_model")}>{call.requested_model}</Fact>}
      {call.model !== null && (
        <Fact label={t("column.model")}>
          <Link to="/admin/models/$" params={{ _splat: call.model }} className={link}>
            {call.model}
          </Link>
        </Fact>
      )}
      <Fact label={t("dialect")}>{call.stream ? t("streamed", { dialect: call.dialect, operation: call.operation }) : t("whole", { dialect: call.dialect, operation: call.operation })}</Fact>
      <Fact label={t("column.client")}>{call.client ?? <Nothing />}</Fact>
      <Fact label={t("first_byte")}>{call.first_byte_at === null ? <Nothing /> : format.duration(Date.parse(call.first_byte_at) - Date.parse(call.started_at))}</Fact>
      <Fact label={t("column.duration")}>{format.duration(Date.parse(call.finished_at) - Date.parse(call.started_at))}</Fact>
      <Fact label={t("finish_reason")}>{call.finish_reason ?? <Nothing />}</Fact>
      {call.refused_count > 1 && <Fact label={t("repeated")}>{t("times", { count: format.count(call.refused_count) })}</Fact>}
      {call.outcome !== "ok" && call.credential_id !== null && (
        <Fact label={t("alike")}>
          <Link to="/admin/calls" search={{ outcome: call.outcome, credential_id: call.credential_id, ...(call.model !== null && { model: call.model }) }} className={link}>
            {t("alike_show")}
          </Link>
        </Fact>
      )}
    </Facts>
  );
}

function Id({ label, id }: { label: string; id: string }) {
  const { t } = useTranslation("records");
  return (
    <Fact label={label}>
      <span className="inline-flex items-center gap-1">
        <code className="font-mono text-small break-all">{id}</code>
        <CopyButton iconOnly text={id} label={t("copy", { what: label })} />
      </span>
    </Fact>
  );
}
