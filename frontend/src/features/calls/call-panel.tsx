import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { MyCallRecordFound } from "@/client/schema.gen";
import { Moment, Money, Nothing, Slug, TokenCount } from "@/components/amounts";
import { UsageSource } from "@/components/calls/usage-source";
import { CopyButton } from "@/components/copy-button";
import { ErrorState } from "@/components/problem";
import { RecordedRefusal, ToldClient } from "@/components/recorded-refusal";
import { OutcomeBadge } from "@/components/status-badge";
import { Fact, Facts } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { callQuery } from "./api";

interface CallPanelProps {
  id: string;
  nameOf: (credentialId: string) => string | undefined;
  onClose: () => void;
}

/** One call in full: how it ended and why, its tokens and cost, every attempt, and its ids. */
export function CallPanel({ id, nameOf, onClose }: CallPanelProps) {
  const { t } = useTranslation("calls");
  const { data, error, refetch } = useQuery(callQuery(id));
  return (
    <Dialog wide title={t("call")} onClose={onClose}>
      {data !== undefined ? (
        <CallFacts call={data} nameOf={nameOf} />
      ) : error !== null ? (
        <ErrorState what={t("call_failed")} error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows count={8} />
      )}
    </Dialog>
  );
}

function CallFacts({ call, nameOf }: { call: MyCallRecordFound; nameOf: CallPanelProps["nameOf"] }) {
  const { t } = useTranslation(["calls", "refusals"]);
  const format = useFormat();
  const slug = call.model ?? call.requested_model;
  const startedMs = Date.parse(call.started_at);
  return (
    <div className="flex flex-col gap-5">
      <Facts>
        <Fact label={t("outcome")}>
          <OutcomeBadge outcome={call.outcome} />
        </Fact>
        <Fact label={t("model")}>{slug === null ? <Nothing /> : <Slug slug={slug} />}</Fact>
        <Fact label={t("credential")}>{call.credential_id === null ? <Nothing /> : (nameOf(call.credential_id) ?? <Id id={call.credential_id} />)}</Fact>
        <Fact label={t("client")}>{call.client ?? <Nothing />}</Fact>
        <Fact label={t("time")}>
          <Moment at={call.started_at} />
        </Fact>
        <Fact label={t("first_byte")}>{call.first_byte_at === null ? <Nothing /> : format.duration(Date.parse(call.first_byte_at) - startedMs)}</Fact>
        <Fact label={t("duration")}>{format.duration(Date.parse(call.finished_at) - startedMs)}</Fact>
      </Facts>
      {Object.keys(call.details).length > 0 && (
        <Part title={t("recorded")}>
          <RecordedRefusal details={call.details} at={call.started_at} />
        </Part>
      )}
      {call.outcome !== "ok" && (
        <Part title={t("refusals:told.title")}>
          <ToldClient told={call.told ?? null} />
        </Part>
      )}
      <Part title={t("billed")}>
        <Facts>
          <Fact label={t("input")}>
            <TokenCount count={call.input_tokens} />
          </Fact>
          <Fact label={t("cached")}>
            <TokenCount count={call.cached_read_tokens} />
          </Fact>
          <Fact label={t("output")}>
            <TokenCount count={call.output_tokens} />
          </Fact>
          <Fact label={t("reasoning")}>
            <TokenCount count={call.reasoning_tokens} />
          </Fact>
          <Fact label={t("cost")}>
            <Money usd={call.billed_cost_usd} places={4} />
          </Fact>
          <Fact label={t("usage_source")}>
            <UsageSource source={call.usage_source} />
          </Fact>
          <Fact label={t("price_version")}>{call.price_version_id === null ? <Nothing /> : <Id id={call.price_version_id} />}</Fact>
        </Facts>
      </Part>
      {call.attempts.map((attempt, index) => (
        <Part key={index} title={t("attempt", { number: index + 1 })}>
          <Recorded facts={attempt} />
        </Part>
      ))}
      <Part title={t("ids")}>
        <Facts>
          <Fact label={t("filter.request_id")}>
            <Id id={call.request_id} />
          </Fact>
          <Fact label={t("call")}>
            <Id id={call.call_id} />
          </Fact>
        </Facts>
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-t border-line pt-4">
      <h3 className="mb-2 text-heading text-ink">{title}</h3>
      {children}
    </section>
  );
}

// As it was recorded, under the record's own names: nothing of it is today's.
function Recorded({ facts }: { facts: Readonly<Record<string, unknown>> }) {
  return (
    <dl className="flex flex-col gap-1.5">
      {Object.entries(facts).map(([name, value]) => (
        <div key={name} className="flex items-baseline justify-between gap-4">
          <dt className="font-mono text-small text-ink-3">{name}</dt>
          <dd className="min-w-0 text-right font-mono text-code break-all text-ink">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Id({ id }: { id: string }) {
  const { t } = useTranslation("calls");
  return (
    <span className="inline-flex items-center gap-1">
      <code className="font-mono text-small break-all">{id}</code>
      <CopyButton text={id} label={t("copy_id")} iconOnly />
    </span>
  );
}
