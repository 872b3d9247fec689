import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, PlugZap, Search } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { modelNamesQuery } from "@/client/names";
import type { ProbeShown, ProviderKeyShown, RouteShown, UpstreamModelShown } from "@/client/schema.gen";
import { Moment, Nothing, Slug, TokenCount } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";
import { ErrorState, ProblemNote } from "@/components/problem";
import { Rows, type Column } from "@/components/rows";
import { StatusBadge } from "@/components/status-badge";
import { Button, buttonClass } from "@/components/ui/button";
import { Card, Fact, Facts } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { useWrite } from "@/lib/writes";
import { discover, keyQuery, routesOfKeyQuery, test } from "./api";
import { LastSuccess, ModelsServed, SpentThisMonth } from "./at-work";
import { KeyActions } from "./key-actions";
import { KeyState, StateNote } from "./key-state";
import { vendorOf } from "./vendors";

/** One provider key: whether it works, which models it has, and where it is used. `justMade` tests it at once, and says so by `onTesting`. */
export function ProviderKeyPage({ id, justMade, onTesting }: { id: string; justMade: boolean; onTesting: () => void }) {
  const { t } = useTranslation("providers");
  const { zone } = useFormat();
  const { data: shown } = useSuspenseQuery(keyQuery(id, zone));
  return (
    <Page
      name={shown.name}
      title={
        <span className="flex flex-wrap items-center gap-2.5">
          {shown.name}
          <KeyState shown={shown} />
        </span>
      }
      says={vendorOf(shown.provider).name || shown.provider}
      actions={<KeyActions shown={shown} />}
    >
      <StateNote shown={shown} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_344px]">
        <div className="flex min-w-0 flex-col gap-4">
          <TestPart id={id} atOnce={justMade} onBegun={onTesting} />
          <Discovered shown={shown} />
          <Used id={id} />
        </div>
        <Card title={t("facts")}>
          <Facts>
            <Fact label={t("column.provider")}>{shown.provider}</Fact>
            <Fact label={t("column.base_url")}>
              <code className="font-mono text-code break-all">{shown.base_url}</code>
            </Fact>
            <Fact label={t("column.secret")}>{shown.secret_display === null ? <Nothing /> : <code className="font-mono text-code">{shown.secret_display}</code>}</Fact>
            <Fact label={t("column.models")}>
              <ModelsServed shown={shown} />
            </Fact>
            <Fact label={t("column.last_success")}>
              <LastSuccess at={shown.last_success_at} />
            </Fact>
            <Fact label={t("column.spent")}>
              <SpentThisMonth shown={shown} />
            </Fact>
            {shown.api_version !== null && <Fact label={t("form.api_version")}>{shown.api_version}</Fact>}
            <Fact label={t("form.organization")}>{shown.organization ?? <Nothing />}</Fact>
            <Fact label={t("network")}>{shown.allow_private_network ? t("network_private") : t("network_public")}</Fact>
            <Fact label={t("column.created")}>
              <Moment at={shown.created_at} as="day" />
            </Fact>
            <Fact label={t("changed")}>
              <Moment at={shown.updated_at} />
            </Fact>
          </Facts>
        </Card>
      </div>
    </Page>
  );
}

function TestPart({ id, atOnce, onBegun }: { id: string; atOnce: boolean; onBegun: () => void }) {
  const { t } = useTranslation("providers");
  const write = useWrite({ write: test, touches: ["admin"] });
  const began = useRef(false);
  const { mutate } = write;
  useEffect(() => {
    if (!atOnce || began.current) return;
    began.current = true;
    mutate(id);
    onBegun();
  }, [atOnce, id, mutate, onBegun]);
  return (
    <Card
      title={t("test.title")}
      aside={
        <Button small icon={PlugZap} busy={write.isPending} onClick={() => write.mutate(id)}>
          {t("test.verb")}
        </Button>
      }
    >
      <div aria-live="polite" className="flex flex-col gap-3">
        {write.data === undefined ? <p className="text-dense text-ink-2">{t("test.says")}</p> : <Probe probe={write.data} />}
        <ProblemNote problem={write.problem} />
      </div>
    </Card>
  );
}

function Probe({ probe }: { probe: ProbeShown }) {
  const { t } = useTranslation("providers");
  const format = useFormat();
  const Icon = probe.ok ? CircleCheck : CircleAlert;
  return (
    <div className={probe.ok ? "flex gap-2.5 rounded-card border border-ok-line bg-ok-soft px-3.5 py-3 text-dense text-ok-ink" : "flex gap-2.5 rounded-card border border-bad-line bg-bad-soft px-3.5 py-3 text-dense text-bad-ink"}>
      <Icon aria-hidden size={16} className="mt-px shrink-0" />
      <div className="min-w-0">
        <p className="font-medium">{probe.ok ? t("test.works", { duration: format.duration(probe.latency_ms) }) : t("test.refused", { code: probe.code })}</p>
        {!probe.ok && <p>{probe.message}</p>}
        {!probe.ok && probe.status !== null && <p>{t("test.status", { status: probe.status })}</p>}
      </div>
    </div>
  );
}

function Discovered({ shown }: { shown: ProviderKeyShown }) {
  const { t } = useTranslation("providers");
  const write = useWrite({ write: discover, touches: [] });
  const columns: Column<UpstreamModelShown>[] = [
    { id: "id", head: t("column.model"), place: "title", cell: (each) => <code className="font-mono text-code">{each.id}</code> },
    { id: "operations", head: t("column.operations"), place: "text", cell: (each) => (each.operations.length === 0 ? <Nothing /> : each.operations.join(", ")) },
    { id: "context", head: t("column.context"), place: "number", align: "right", cell: (each) => (each.context_tokens === null ? <Nothing /> : <TokenCount count={each.context_tokens} />) },
  ];
  const publish = (
    <Link to="/admin/models/import" search={{ key: shown.id }} className={buttonClass("default", true)}>
      {t("discover.publish")}
    </Link>
  );
  return (
    <Card
      flush
      title={t("discover.title")}
      aside={
        <span className="flex gap-2">
          <Button small icon={Search} busy={write.isPending} onClick={() => write.mutate(shown.id)}>
            {t("discover.verb")}
          </Button>
          {publish}
        </span>
      }
    >
      {write.problem !== null ? (
        <div className="p-4">
          <ProblemNote problem={write.problem} />
        </div>
      ) : write.data === undefined ? (
        <p className="px-4 py-4 text-dense text-ink-2">{t("discover.says")}</p>
      ) : (
        <div className="-m-px max-h-[420px] overflow-y-auto">
          <Rows label={t("discover.title")} columns={columns} rows={write.data.items} rowId={(each) => each.id} empty={<EmptyState says={t("discover.none")} />} />
        </div>
      )}
    </Card>
  );
}

function Used({ id }: { id: string }) {
  const { t } = useTranslation("providers");
  const { data, error, refetch } = useQuery(routesOfKeyQuery(id));
  const models = useQuery(modelNamesQuery).data;
  const columns: Column<RouteShown>[] = [
    {
      id: "model",
      head: t("column.model"),
      place: "title",
      cell: (route) => {
        const slug = models?.get(route.model_id)?.slug;
        if (slug === undefined) return <Nothing />;
        return (
          <Link to="/admin/models/$" params={{ _splat: slug }} className="hover:underline">
            <Slug slug={slug} />
          </Link>
        );
      },
    },
    { id: "upstream", head: t("column.upstream"), place: "text", cell: (route) => <code className="font-mono text-code text-ink-2">{route.upstream_model}</code> },
    { id: "priority", head: t("column.priority"), place: "number", align: "right", cell: (route) => <span className="tabular">{route.priority}</span> },
    { id: "weight", head: t("column.weight"), place: "number", align: "right", cell: (route) => <span className="tabular">{route.weight}</span> },
    { id: "health", head: t("column.health"), place: "state", cell: (route) => <StatusBadge state={`route.${route.health}`} /> },
  ];
  return (
    <Card flush title={t("used.title")}>
      {error !== null && data === undefined ? (
        <ErrorState what={t("used.failed")} error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows count={3} />
      ) : (
        <div className="-m-px">
          <Rows label={t("used.title")} columns={columns} rows={data.items} rowId={(route) => route.id} empty={<EmptyState says={t("used.none")} />} />
        </div>
      )}
    </Card>
  );
}
