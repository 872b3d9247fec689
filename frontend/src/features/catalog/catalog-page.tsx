import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { ModelListed } from "@/client/schema.gen";
import { Moment, Slug } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { SetChip, ToggleChip } from "@/components/filters";
import { ListPage } from "@/components/list-page";
import { buttonClass } from "@/components/ui/button";
import { useFormat } from "@/lib/format";
import { catalogQuery, keyNameQuery, type CatalogAsked } from "./api";
import { LACKS } from "./asked";
import { ModelState, PriceInShort, RoutesInShort, WhoSees } from "./at-work";

/** Every model of the gateway; what is asked for is in the address. */
export function CatalogPage({ asked, onAsk }: { asked: CatalogAsked; onAsk: (change: Partial<CatalogAsked>) => void }) {
  const { t } = useTranslation(["catalog", "shared"]);
  const { zone } = useFormat();
  const list = useInfiniteQuery(catalogQuery(asked, zone));
  const columns = useColumns();
  const isNarrowed = [asked.q, asked.status, asked.access, asked.lacks, asked.served_by].some((each) => each !== undefined);
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
          {asked.served_by !== undefined && <ServedByChip id={asked.served_by} onClear={() => onAsk({ served_by: undefined })} />}
          {(["open", "restricted"] as const).map((access) => (
            <ToggleChip key={access} on={asked.access === access} onChange={(on) => onAsk({ access: on ? access : undefined })}>
              {t(`access.${access}`)}
            </ToggleChip>
          ))}
          {LACKS.map((lacks) => (
            <ToggleChip key={lacks} on={asked.lacks === lacks} onChange={(on) => onAsk({ lacks: on ? lacks : undefined })}>
              {t(`lacks.${lacks}`)}
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
      onClear={isNarrowed ? () => onAsk({ q: undefined, status: undefined, access: undefined, lacks: undefined, served_by: undefined }) : undefined}
    />
  );
}

function ServedByChip({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("catalog");
  const name = useQuery(keyNameQuery(id)).data;
  return <SetChip name={t("column.key")} value={name ?? id.slice(0, 8)} onClear={onClear} />;
}

function useColumns(): Column<ModelListed>[] {
  const { t } = useTranslation("catalog");
  const format = useFormat();
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
    { id: "routes", head: t("column.routes"), place: "text", cell: (model) => <RoutesInShort model={model} /> },
    { id: "price", head: t("column.price"), place: "number", align: "right", cell: (model) => <PriceInShort prices={model.prices} /> },
    { id: "calls", head: t("column.calls_today"), place: "number", align: "right", cell: (model) => <span className="tabular">{format.count(model.calls_today)}</span> },
    {
      id: "sees",
      head: t("column.sees"),
      place: "number",
      cell: (model) => <WhoSees model={model} />,
    },
    { id: "since", head: t("column.since"), place: "wide", align: "right", sort: "created_at", cell: (model) => <Moment at={model.created_at} as="day" /> },
    { id: "state", head: t("column.state"), place: "state", cell: (model) => <ModelState model={model} /> },
  ];
}
