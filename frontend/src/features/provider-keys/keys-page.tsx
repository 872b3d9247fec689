import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { ProviderKeyListed } from "@/client/schema.gen";
import { Moment, Nothing } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { ToggleChip } from "@/components/filters";
import { ListPage } from "@/components/list-page";
import { buttonClass } from "@/components/ui/button";
import { useFormat } from "@/lib/format";
import { keysQuery, type KeysAsked } from "./api";
import { LastSuccess, ModelsServed, SpentThisMonth } from "./at-work";
import { KeyState } from "./key-state";
import { vendorOf } from "./vendors";

/** The provider keys; what is asked for is in the address. */
export function ProviderKeysPage({ asked, onAsk }: { asked: KeysAsked; onAsk: (change: Partial<KeysAsked>) => void }) {
  const { t } = useTranslation(["providers", "shared"]);
  const { zone } = useFormat();
  const list = useInfiniteQuery(keysQuery(asked, zone));
  const isNarrowed = asked.q !== undefined || asked.status !== undefined;
  const columns = useColumns();
  const add = (
    <Link to="/admin/provider-keys/new" className={buttonClass("primary")}>
      <Plus aria-hidden size={16} strokeWidth={1.75} />
      {t("add")}
    </Link>
  );
  return (
    <ListPage
      id="provider-keys"
      title={t("title")}
      says={t("says")}
      action={add}
      search={{ label: t("search"), value: asked.q, onChange: (q) => onAsk({ q }) }}
      filters={(["active", "disabled"] as const).map((status) => (
        <ToggleChip key={status} on={asked.status === status} onChange={(on) => onAsk({ status: on ? status : undefined })}>
          {t(`shared:state.provider_key.${status}`)}
        </ToggleChip>
      ))}
      list={list}
      columns={columns}
      rowId={(each) => each.id}
      sort={asked.sort ?? "name"}
      onSort={(sort) => onAsk({ sort: sort === "name" ? undefined : (sort as KeysAsked["sort"]) })}
      failed={t("failed")}
      empty={t("empty")}
      noMatch={t("no_match")}
      onClear={isNarrowed ? () => onAsk({ q: undefined, status: undefined }) : undefined}
    />
  );
}

function useColumns(): Column<ProviderKeyListed>[] {
  const { t } = useTranslation("providers");
  return [
    {
      id: "name",
      head: t("column.name"),
      place: "title",
      sort: "name",
      cell: (each) => (
        <div className="min-w-0">
          <Link to="/admin/provider-keys/$id" params={{ id: each.id }} className="font-medium hover:underline">
            {each.name}
          </Link>
          <p className="line-clamp-1 max-w-72 font-mono text-small break-all text-ink-3" title={each.base_url}>
            {each.base_url}
          </p>
        </div>
      ),
    },
    { id: "provider", head: t("column.provider"), place: "number", sort: "provider", cell: (each) => vendorOf(each.provider).name || each.provider },
    { id: "models", head: t("column.models"), place: "number", align: "right", cell: (each) => <ModelsServed shown={each} /> },
    { id: "last_success", head: t("column.last_success"), place: "number", align: "right", cell: (each) => <LastSuccess at={each.last_success_at} /> },
    { id: "spent", head: t("column.spent"), place: "number", align: "right", cell: (each) => <SpentThisMonth shown={each} /> },
    { id: "secret", head: t("column.secret"), place: "wide", cell: (each) => (each.secret_display === null ? <Nothing /> : <code className="font-mono text-code whitespace-nowrap text-ink-2">{each.secret_display}</code>) },
    { id: "created", head: t("column.created"), place: "wide", sort: "created_at", cell: (each) => <Moment at={each.created_at} as="day" /> },
    { id: "state", head: t("column.state"), place: "state", cell: (each) => <KeyState shown={each} /> },
  ];
}
