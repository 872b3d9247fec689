import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ban, Ellipsis, Pencil, PlugZap, Plus, Power, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { ModelDetail, ProviderKeyShown, RouteShown } from "@/client/schema.gen";
import { Nothing } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { ErrorState, ProblemNote } from "@/components/problem";
import { Rows, type Column } from "@/components/rows";
import { Stops } from "@/components/stops";
import { Button, IconButton } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmDialog, Dialog } from "@/components/ui/dialog";
import { Menu, MenuItem, MenuLine } from "@/components/ui/menu";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { useWrite } from "@/lib/writes";
import { changeRoute, keysOfRoutesQuery, routesQuery, routeStopsQuery, stopRoute, testKey, type RouteStop } from "./api";
import { RouteForm } from "./route-form";
import { RouteHealth } from "./route-health";

/** The ways in which a model is served, in the order in which they are tried. */
export function RoutesCard({ model }: { model: ModelDetail }) {
  const { t } = useTranslation("catalog");
  const { data, error, refetch } = useQuery(routesQuery(model.id));
  const keys = useQuery(keysOfRoutesQuery).data?.items ?? [];
  const [adding, setAdding] = useState(false);
  const columns = useColumns(keys, data?.items ?? []);
  const add = (
    <Button small icon={Plus} onClick={() => setAdding(true)}>
      {t("route.add")}
    </Button>
  );
  return (
    <Card flush title={t("routes")} aside={<span className="flex items-center gap-3"><span className="phone:hidden">{t("routes_says")}</span>{add}</span>}>
      {error !== null && data === undefined ? (
        <ErrorState what={t("routes_failed")} error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows count={2} />
      ) : (
        <div className="-m-px">
          <Rows label={t("routes")} columns={columns} rows={data.items} rowId={(route) => route.id} empty={<EmptyState says={t("routes_none")} />} />
        </div>
      )}
      {adding && <RouteForm modelId={model.id} keys={keys} route={null} onClose={() => setAdding(false)} />}
    </Card>
  );
}

function useColumns(keys: readonly ProviderKeyShown[], routes: readonly RouteShown[]): Column<RouteShown>[] {
  const { t } = useTranslation("catalog");
  const format = useFormat();
  const equals = (route: RouteShown) => routes.filter((each) => each.health !== "disabled" && each.priority === route.priority).reduce((sum, each) => sum + each.weight, 0);
  return [
    {
      id: "key",
      head: t("column.key"),
      place: "title",
      cell: (route) => {
        const key = keys.find((each) => each.id === route.provider_key_id);
        return (
          <Link to="/admin/provider-keys/$id" params={{ id: route.provider_key_id }} className="font-medium hover:underline">
            {key?.name ?? route.provider_key_id.slice(0, 8)}
          </Link>
        );
      },
    },
    { id: "upstream", head: t("column.upstream"), place: "text", cell: (route) => <code className="font-mono text-code text-ink-2">{route.upstream_model}</code> },
    { id: "priority", head: t("column.priority"), place: "number", align: "right", cell: (route) => <span className="tabular">{format.count(route.priority)}</span> },
    { id: "weight", head: t("column.weight"), place: "number", align: "right", cell: (route) => <span className="tabular">{format.count(route.weight)}</span> },
    {
      id: "share",
      head: t("column.share"),
      place: "wide",
      align: "right",
      cell: (route) => (route.health !== "disabled" && equals(route) > 0 ? <span className="tabular">{t("percent", { percent: format.count(Math.round((route.weight / equals(route)) * 1000) / 10) })}</span> : <Nothing />),
    },
    { id: "health", head: t("column.health"), place: "state", cell: (route) => <RouteHealth health={route.health} cooling={route.cooling} /> },
    { id: "act", head: t("column.act"), place: "action", align: "right", cell: (route) => <RouteActions route={route} keys={keys} /> },
  ];
}

type Open = RouteStop | "edit" | "test" | null;

function RouteActions({ route, keys }: { route: RouteShown; keys: readonly ProviderKeyShown[] }) {
  const { t } = useTranslation("catalog");
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const enabling = useWrite({ write: changeRoute, touches: ["admin"] });
  return (
    <>
      <Menu trigger={<IconButton icon={Ellipsis} label={t("route.actions", { upstream: route.upstream_model })} />}>
        <MenuItem icon={PlugZap} onSelect={() => setOpen("test")}>
          {t("route.test")}
        </MenuItem>
        <MenuItem icon={Pencil} onSelect={() => setOpen("edit")}>
          {t("route.edit")}
        </MenuItem>
        {route.status === "active" ? (
          <MenuItem icon={Ban} onSelect={() => setOpen("disable")}>
            {t("route.verb.disable")}
          </MenuItem>
        ) : (
          <MenuItem icon={Power} onSelect={() => enabling.mutate({ id: route.id, changes: { status: "active" } })}>
            {t("route.enable")}
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem icon={Trash2} destructive onSelect={() => setOpen("delete")}>
          {t("route.verb.delete")}
        </MenuItem>
      </Menu>
      {open === "edit" && <RouteForm modelId={route.model_id} keys={keys} route={route} onClose={close} />}
      {open === "test" && <TestDialog keyId={route.provider_key_id} onClose={close} />}
      {(open === "disable" || open === "delete") && <StopDialog route={route} how={open} onClose={close} />}
      {enabling.problem !== null && (
        <Dialog title={t("route.enable")} onClose={enabling.reset}>
          <ProblemNote problem={enabling.problem} />
        </Dialog>
      )}
    </>
  );
}

function StopDialog({ route, how, onClose }: { route: RouteShown; how: RouteStop; onClose: () => void }) {
  const { t } = useTranslation("catalog");
  const stops = useQuery(routeStopsQuery(route.id, how));
  const write = useWrite({ write: stopRoute, touches: ["admin"], onDone: onClose });
  const refused = stops.error instanceof ApiProblem ? stops.error : null;
  return (
    <ConfirmDialog
      title={t(`route.ask.${how}`, { upstream: route.upstream_model })}
      verb={t(`route.verb.${how}`)}
      busy={write.isPending}
      problem={write.problem ?? refused}
      onClose={onClose}
      onConfirm={() => write.mutate({ id: route.id, how })}
    >
      <p>{t(`route.explain.${how}`)}</p>
      {refused === null && <Stops stops={stops.data} />}
    </ConfirmDialog>
  );
}

function TestDialog({ keyId, onClose }: { keyId: string; onClose: () => void }) {
  const { t } = useTranslation(["catalog", "shared"]);
  const format = useFormat();
  const write = useWrite({ write: testKey, touches: [] });
  return (
    <Dialog
      title={t("route.test")}
      onClose={onClose}
      actions={
        <Button look="primary" icon={PlugZap} busy={write.isPending} onClick={() => write.mutate(keyId)}>
          {t("route.test_verb")}
        </Button>
      }
    >
      <div aria-live="polite" className="flex flex-col gap-3">
        <p>{t("route.test_says")}</p>
        {write.data !== undefined &&
          (write.data.ok ? (
            <p className="font-medium text-ok-ink">{t("route.test_ok", { duration: format.duration(write.data.latency_ms) })}</p>
          ) : (
            <p className="text-bad-ink">
              <code className="font-mono text-code">{write.data.code}</code> {write.data.message}
            </p>
          ))}
        <ProblemNote problem={write.problem} />
      </div>
    </Dialog>
  );
}
