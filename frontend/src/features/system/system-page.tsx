import { useSuspenseQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { JobShown, ReplicaShown, SystemShown } from "@/client/schema.gen";
import { Moment, Nothing } from "@/components/amounts";
import { CopyButton } from "@/components/copy-button";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";
import { Rows, type Column } from "@/components/rows";
import { Card, Fact, Facts } from "@/components/ui/card";
import { useFormat } from "@/lib/format";
import { configuredQuery, systemQuery } from "./api";
import { ConfiguredPart, type ConfiguredAsked } from "./configured-part";
import { reportOf } from "./report";
import { SettingsPart } from "./settings-part";

/** What runs here: versions, processes, jobs; the few settings that are the organization's own, and what the operator has set. */
export function SystemPage({ asked, onAsk }: { asked: ConfiguredAsked; onAsk: (change: Partial<ConfiguredAsked>) => void }) {
  const { t } = useTranslation("system");
  const { data: system } = useSuspenseQuery(systemQuery);
  const { data: configured } = useSuspenseQuery(configuredQuery);
  return (
    <Page title={t("title")} says={t("says")} actions={<CopyButton large text={reportOf(system, configured.items)} label={t("copy_report")} />}>
      <Assurances system={system} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_344px]">
        <div className="flex min-w-0 flex-col gap-4">
          <Replicas replicas={system.replicas} />
          <Jobs jobs={system.jobs} />
          <ConfiguredPart settings={configured.items} asked={asked} onAsk={onAsk} />
        </div>
        <div className="flex flex-col gap-4">
          <Card title={t("versions")}>
            <Facts>
              <Fact label={t("program")}>{system.version}</Fact>
              <Fact label={t("schema")}>{system.schema.revision}</Fact>
              <Fact label={t("readable_from")}>{system.schema.readable_from}</Fact>
              <Fact label={t("your_address")}>{system.your_address ?? <Nothing />}</Fact>
            </Facts>
          </Card>
          <SettingsPart system={system} />
        </div>
      </div>
    </Page>
  );
}

function Assurances({ system }: { system: SystemShown }) {
  const { t, i18n } = useTranslation(["system", "shared"]);
  if (system.missing_assurances.length === 0) {
    return (
      <p className="flex items-center gap-2 text-dense text-ink-2">
        <CircleCheck aria-hidden size={16} className="text-ok-ink" />
        {t("assured")}
      </p>
    );
  }
  return (
    <Card title={t("not_assured")}>
      <ul className="flex flex-col gap-2.5">
        {system.missing_assurances.map((missing) => (
          <li key={`${missing.code} ${missing.detail}`} className="flex gap-2.5 text-dense text-warn-ink">
            <CircleAlert aria-hidden size={16} className="mt-px shrink-0" />
            <div className="min-w-0">
              <p className="font-medium">{t(`missing.${missing.code}`)}</p>
              {i18n.language === "en" ? (
                <p className="text-ink-2">{missing.detail}</p>
              ) : (
                <>
                  <p className="text-ink-2">{t(`missing.${missing.code}_says`)}</p>
                  {/* What it names is in no other part of the answer. */}
                  <details lang="en" className="break-words text-ink-2">
                    <summary>{t("shared:problem.details")}</summary>
                    {missing.detail}
                  </details>
                </>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Replicas({ replicas }: { replicas: readonly ReplicaShown[] }) {
  const { t } = useTranslation("system");
  const columns: Column<ReplicaShown>[] = [
    { id: "host", head: t("column.host"), place: "title", cell: (each) => <span className="font-medium">{each.host}</span> },
    { id: "version", head: t("column.version"), place: "number", cell: (each) => each.version },
    { id: "started", head: t("column.started"), place: "number", cell: (each) => <Moment at={each.started_at} as="ago" /> },
    { id: "seen", head: t("column.seen"), place: "number", cell: (each) => <Moment at={each.seen_at} as="ago" /> },
    { id: "id", head: t("column.id"), place: "wide", cell: (each) => <code className="font-mono text-small text-ink-3">{each.id}</code> },
  ];
  return (
    <Card flush title={t("replicas")}>
      <div className="-m-px">
        <Rows label={t("replicas")} columns={columns} rows={replicas} rowId={(each) => each.id} empty={<EmptyState says={t("replicas_none")} />} />
      </div>
    </Card>
  );
}

function Jobs({ jobs }: { jobs: readonly JobShown[] }) {
  const { t } = useTranslation("system");
  const format = useFormat();
  const columns: Column<JobShown>[] = [
    { id: "name", head: t("column.job"), place: "title", cell: (job) => <code className="font-mono text-code">{job.name}</code> },
    { id: "every", head: t("column.every"), place: "number", align: "right", cell: (job) => <span className="tabular">{format.duration(job.every_s * 1000)}</span> },
    { id: "done", head: t("column.done"), place: "number", cell: (job) => (job.done_at === null ? <Nothing /> : <Moment at={job.done_at} as="ago" />) },
    {
      id: "state",
      head: t("column.state"),
      place: "state",
      cell: (job) =>
        job.failed_at === null ? (
          <span className="inline-flex items-center gap-1.5 text-ok-ink">
            <CircleCheck aria-hidden size={14} />
            {job.done_at === null ? t("job_waiting") : t("job_well")}
          </span>
        ) : (
          <span className="inline-flex items-center gap-1.5 text-bad-ink">
            <CircleAlert aria-hidden size={14} />
            {t("job_failed", { error: job.error ?? "" })} <Moment at={job.failed_at} as="ago" />
          </span>
        ),
    },
  ];
  return (
    <Card flush title={t("jobs")}>
      <div className="-m-px">
        <Rows label={t("jobs")} columns={columns} rows={jobs} rowId={(job) => job.name} empty={<EmptyState says={t("jobs_none")} />} />
      </div>
    </Card>
  );
}
