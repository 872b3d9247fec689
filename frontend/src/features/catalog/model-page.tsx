import { useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { ModelDetail } from "@/client/schema.gen";
import { useAbilities } from "@/components/abilities";
import { Nothing, Slug } from "@/components/amounts";
import { Page } from "@/components/page";
import { ProblemNote } from "@/components/problem";
import { Stops } from "@/components/stops";
import { Badge } from "@/components/ui/badge";
import { Button, buttonClass } from "@/components/ui/button";
import { Card, Fact, Facts } from "@/components/ui/card";
import { ConfirmDialog, Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { useFormat } from "@/lib/format";
import { useWrite } from "@/lib/writes";
import { aliasesQuery } from "./aliases-api";
import { archiveStopsQuery, modelBySlugQuery, routesQuery, setArchived } from "./api";
import { ModelState, NotServed } from "./at-work";
import { ClaimingCard } from "./claiming-card";
import { PolicyCard } from "./policy-card";
import { PriceHistory, PricesCard } from "./prices-part";
import { RoutesCard } from "./routes-card";
import { SuggestedPrice } from "./suggested-price";

/** One model as an administrator has it: how it is served, who sees it, what it costs. */
export function CatalogModelPage({ slug }: { slug: string }) {
  const { t } = useTranslation(["catalog", "shared"]);
  const { data: model } = useSuspenseQuery(modelBySlugQuery(slug));
  const aliases = useInfiniteQuery(aliasesQuery({ model_id: model.id })).data?.pages[0]?.items ?? [];
  const routes = useQuery(routesQuery(model.id)).data?.items;
  const say = useAbilities();
  const link = "font-medium text-accent-ink hover:underline";
  return (
    <Page
      name={model.slug}
      title={
        <span className="flex flex-wrap items-center gap-2.5">
          <Slug slug={model.slug} />
          <ModelState model={model} />
          {model.status === "active" && routes !== undefined && <NotServed routes={routes} />}
        </span>
      }
      says={<Summary model={model} aliases={aliases.map((alias) => alias.name)} />}
      actions={
        <>
          {model.status === "active" && (
            <Link to="/playground" search={{ model: model.slug }} className={buttonClass("default")}>
              <Play aria-hidden size={16} />
              {t("test_call")}
            </Link>
          )}
          <ArchiveButton model={model} />
        </>
      }
    >
      <nav aria-label={t("see_also")} className="flex flex-wrap gap-5 border-b border-line pb-2 text-dense">
        <Link to="/admin/allocations" search={{ model: model.id }} className={link}>
          {t("shared:place.allocations")}
        </Link>
        <Link to="/admin/calls" search={{ model: model.slug }} className={link}>
          {t("shared:place.all_calls")}
        </Link>
        <Link to="/admin/usage" search={{ model: model.slug, by: "member" }} className={link}>
          {t("shared:place.spend")}
        </Link>
        <Link to="/admin/audit" search={{ target_id: model.id }} className={link}>
          {t("shared:place.audit")}
        </Link>
      </nav>
      <RoutesCard model={model} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_344px]">
        <div className="flex min-w-0 flex-col gap-4">
          <PolicyCard key={model.updated_at} model={model} />
          <PricesCard modelId={model.id} />
          <SuggestedPrice modelId={model.id} />
        </div>
        <div className="flex flex-col gap-4">
          <ClaimingCard model={model} />
          <PriceHistory modelId={model.id} />
          <Card title={t("abilities")}>
            <Facts>
              {Object.entries(model.capabilities).map(([name, has]) => (
                <Fact key={name} label={say(name)}>
                  {has ? t("yes") : t("no")}
                </Fact>
              ))}
              {Object.keys(model.capabilities).length === 0 && <p className="text-dense text-ink-2">{t("abilities_unknown")}</p>}
            </Facts>
          </Card>
        </div>
      </div>
    </Page>
  );
}

function Summary({ model, aliases }: { model: ModelDetail; aliases: readonly string[] }) {
  const { t } = useTranslation("catalog");
  const format = useFormat();
  const say = useAbilities();
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      {model.operations.map((operation) => (
        <Badge key={operation} tint="neutral">
          {say(operation)}
        </Badge>
      ))}
      <span>{model.context_tokens === null ? t("context_unknown") : t("context", { tokens: format.count(model.context_tokens) })}</span>
      {aliases.length > 0 ? (
        <span>
          {t("also_called")} <code className="font-mono text-code">{aliases.join(", ")}</code>
        </span>
      ) : (
        <span className="sr-only">
          <Nothing />
        </span>
      )}
    </span>
  );
}

function ArchiveButton({ model }: { model: ModelDetail }) {
  const { t } = useTranslation(["catalog", "shared"]);
  const toast = useToast();
  const [asking, setAsking] = useState(false);
  const write = useWrite({
    write: setArchived,
    touches: ["admin"],
    onDone: (_, { archived }) => {
      setAsking(false);
      toast(archived ? t("archived", { model: model.slug }) : t("unarchived", { model: model.slug }));
    },
  });
  if (model.status === "archived") {
    return (
      <>
        <Button icon={ArchiveRestore} busy={write.isPending} onClick={() => write.mutate({ id: model.id, archived: false })}>
          {t("unarchive")}
        </Button>
        {write.problem !== null && (
          <Dialog title={t("unarchive")} onClose={write.reset}>
            <ProblemNote problem={write.problem} />
          </Dialog>
        )}
      </>
    );
  }
  return (
    <>
      <Button look="destructive" icon={Archive} onClick={() => setAsking(true)}>
        {t("archive")}
      </Button>
      {asking && (
        <ArchiveDialog model={model} busy={write.isPending} problem={write.problem} onClose={() => setAsking(false)} onConfirm={() => write.mutate({ id: model.id, archived: true })} />
      )}
    </>
  );
}

function ArchiveDialog({ model, busy, problem, onClose, onConfirm }: { model: ModelDetail; busy: boolean; problem: ApiProblem | null; onClose: () => void; onConfirm: () => void }) {
  const { t } = useTranslation("catalog");
  const stops = useQuery(archiveStopsQuery(model.id));
  const refused = stops.error instanceof ApiProblem ? stops.error : null;
  return (
    <ConfirmDialog title={t("archive_ask", { model: model.slug })} verb={t("archive")} busy={busy} problem={problem ?? refused} onClose={onClose} onConfirm={onConfirm}>
      <p>{t("archive_says")}</p>
      {refused === null && <Stops stops={stops.data} />}
    </ConfirmDialog>
  );
}
