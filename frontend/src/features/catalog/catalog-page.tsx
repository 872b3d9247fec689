import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Lock, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { ModelShown } from "@/client/schema.gen";
import { Moment, Nothing, Slug, TokenCount } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { ToggleChip } from "@/components/filters";
import { ListPage } from "@/components/list-page";
import { StatusBadge } from "@/components/status-badge";
import { buttonClass } from "@/components/ui/button";
import { catalogQuery, type CatalogAsked } from "./api";

/** Every model of the gateway; what is asked for is in the address. */
export function CatalogPage({ asked, onAsk }: { asked: CatalogAsked; onAsk: (change: Partial<CatalogAsked>) => void }) {
  const { t } = useTranslation(["catalog", "shared"]);
  const list = useInfiniteQuery(catalogQuery(asked));
  const columns = useColumns();
  const isNarrowed = asked.q !== undefined || asked.status !== undefined || asked.access !== undefined;
  const add = (
    <Link to="/admin/models/import" className={buttonClass("primary")}>
      <Plus aria-hidden size={16} strokeWidth={1.75} />
      {t("add")}
    </Link>
  );
  return (
    <ListPage
      id="catalog"
      title={t("title")}
      says={t("says")}
      action={add}
      search={{ label: t("search"), value: asked.q, onChange: (q) => onAsk({ q }) }}
      filters={
        <>
          {(["open", "restricted"] as const).map((access) => (
            <ToggleChip key={access} on={asked.access === access} onChange={(on) => onAsk({ access: on ? access : undefined })}>
              {t(`access.${access}`)}
            </ToggleChip>
          ))}
          {(["active", "archived"] as const).map((status) => (
            <ToggleChip key={status} on={asked.status === status} onChange={(on) => onAsk({ status: on ? status : undefined })}>
              {t(`shared:state.model.${status}`)}
            </ToggleChip>
          ))}
        </>
      }
      list={list}
      columns={columns}
      rowId={(model) => model.id}
      sort={asked.sort ?? "slug"}
      onSort={(sort) => onAsk({ sort: sort === "slug" ? undefined : (sort as CatalogAsked["sort"]) })}
      failed={t("failed")}
      empty={t("empty")}
      noMatch={t("no_match")}
      onClear={isNarrowed ? () => onAsk({ q: undefined, status: undefined, access: undefined }) : undefined}
    />
  );
}

function useColumns(): Column<ModelShown>[] {
  const { t } = useTranslation("catalog");
  return [
    {
      id: "model",
      head: t("column.model"),
      place: "title",
      sort: "slug",
      cell: (model) => (
        <div className="min-w-0">
          <Link to="/admin/models/$" params={{ _splat: model.slug }} className="hover:underline">
            <Slug slug={model.slug} />
          </Link>
          <p className="line-clamp-1 max-w-72 text-small text-ink-3">{model.display_name}</p>
        </div>
      ),
    },
    { id: "operations", head: t("column.operations"), place: "text", cell: (model) => <span className="text-ink-2">{model.operations.join(", ")}</span> },
    { id: "context", head: t("column.context"), place: "wide", align: "right", cell: (model) => (model.context_tokens === null ? <Nothing /> : <TokenCount short count={model.context_tokens} />) },
    {
      id: "sees",
      head: t("column.sees"),
      place: "number",
      cell: (model) =>
        model.access === "open" ? (
          t("access.open")
        ) : (
          <span className="inline-flex items-center gap-1.5">
            <Lock aria-hidden size={13} className="text-ink-3" />
            {model.allowed_tags + model.allowed_members === 0 ? t("sees.nobody") : t("sees.some", { tags: model.allowed_tags, members: model.allowed_members })}
          </span>
        ),
    },
    { id: "claim", head: t("column.claim"), place: "number", cell: (model) => (model.claimable ? t("claim.yes") : t("claim.no")) },
    { id: "since", head: t("column.since"), place: "wide", sort: "created_at", cell: (model) => <Moment at={model.created_at} as="day" /> },
    { id: "state", head: t("column.state"), place: "state", cell: (model) => <ModelState model={model} /> },
  ];
}

/** Whether a model can be called at all, and by whom it can be seen. */
export function ModelState({ model }: { model: Pick<ModelShown, "status" | "access"> }) {
  if (model.status === "archived") return <StatusBadge state="model.archived" />;
  return model.access === "open" ? <StatusBadge state="model.active" /> : <StatusBadge state="model.restricted" />;
}
