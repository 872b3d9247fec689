import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { FacetsShown, MyModelShown } from "@/client/schema.gen";
import { Nothing, Slug, TokenCount } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { useLimitWords } from "@/components/limit-bar";
import { ListTable } from "@/components/list-table";
import { Page } from "@/components/page";
import { SearchField } from "@/components/search-field";
import { StatusBadge } from "@/components/status-badge";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox } from "@/components/ui/field";
import { placesOf } from "@/lib/money";
import { facetsQuery, modelsQuery, type ModelsAsked } from "./api";
import { ClaimButton } from "./claim-button";
import { TokenPrice } from "./prices";
import { abilitiesInShort, useAbilities } from "./words";

/** The models that the member sees; what is asked for is in the address. */
export function ModelsPage({ asked, onAsk }: { asked: ModelsAsked; onAsk: (change: Partial<ModelsAsked>) => void }) {
  const { t } = useTranslation("models");
  const models = useInfiniteQuery(modelsQuery(asked));
  const facets = useQuery(facetsQuery(asked.q)).data;
  const [filtering, setFiltering] = useState(false);
  const rows = models.data?.pages.flatMap((page) => page.items) ?? [];
  const columns = useColumns(rows);
  const total = facets === undefined ? undefined : Object.values(facets.access).reduce((sum, count) => sum + count, 0);
  const filters = facets !== undefined && <Facets facets={facets} asked={asked} onAsk={onAsk} />;
  const isNarrowed = [asked.q, asked.provider, asked.operation, asked.capability, asked.access].some((each) => each !== undefined);
  return (
    <Page
      title={t("title")}
      says={total === undefined ? " " : t("list.says", { count: total })}
      actions={
        <>
          <SearchField label={t("list.search")} value={asked.q} onChange={(q) => onAsk({ q })} />
          <Button icon={SlidersHorizontal} className="lg:hidden" onClick={() => setFiltering(true)}>
            {t("list.filter")}
          </Button>
        </>
      }
    >
      <div className="grid items-start gap-7 lg:grid-cols-[150px_minmax(0,1fr)]">
        <aside aria-label={t("list.filter")} className="hidden lg:block">
          {filters}
        </aside>
        <div className="flex min-w-0 flex-col gap-3">
          <ListTable
            id="models"
            label={t("title")}
            list={models}
            columns={columns}
            rowId={(model) => model.id}
            sort={asked.sort ?? "slug"}
            onSort={(sort) => onAsk({ sort: sort === "slug" ? undefined : (sort as ModelsAsked["sort"]) })}
            failed={t("list.failed")}
            empty={<EmptyState says={t("list.empty")} />}
            noMatch={t("list.no_match")}
            onClear={isNarrowed ? () => onAsk({ q: undefined, provider: undefined, operation: undefined, capability: undefined, access: undefined }) : undefined}
          />
        </div>
      </div>
      {filtering && (
        <Dialog
          title={t("list.filter")}
          onClose={() => setFiltering(false)}
          actions={
            <Button look="primary" onClick={() => setFiltering(false)}>
              {t("list.show")}
            </Button>
          }
        >
          {filters}
        </Dialog>
      )}
    </Page>
  );
}

function Facets({ facets, asked, onAsk }: { facets: FacetsShown; asked: ModelsAsked; onAsk: (change: Partial<ModelsAsked>) => void }) {
  const { t } = useTranslation("models");
  const say = useAbilities();
  const groups = [
    { name: "access", title: t("facet.access"), counts: facets.access, word: (value: string) => t(`access.${value as "granted"}`) },
    { name: "operation", title: t("facet.operation"), counts: facets.operation, word: say },
    { name: "capability", title: t("facet.capability"), counts: facets.capability, word: say },
    { name: "provider", title: t("facet.provider"), counts: facets.provider, word: (value: string) => value },
  ] as const;
  return (
    <div className="flex flex-col gap-4">
      {groups.filter((group) => Object.keys(group.counts).length > 0).map((group) => (
        <fieldset key={group.name}>
          <legend className="mb-1 text-dense font-semibold text-ink">{group.title}</legend>
          {Object.entries(group.counts)
            .filter(([value, count]) => count > 0 || asked[group.name] === value)
            .map(([value, count]) => (
              <Checkbox
                key={value}
                label={group.word(value)}
                note={count}
                checked={asked[group.name] === value}
                onChange={(event) => onAsk({ [group.name]: event.target.checked ? value : undefined })}
              />
            ))}
        </fieldset>
      ))}
    </div>
  );
}

function useColumns(rows: readonly MyModelShown[]): Column<MyModelShown>[] {
  const { t } = useTranslation("models");
  const words = useLimitWords();
  const say = useAbilities();
  return [
    {
      id: "model",
      head: t("column.model"),
      place: "title",
      sort: "slug",
      cell: (model) => (
        <div className="min-w-0">
          <Link to="/catalog/$" params={{ _splat: model.slug }} className="hover:underline">
            <Slug slug={model.slug} />
          </Link>
          {model.description !== "" && <p className="line-clamp-1 max-w-72 text-small text-ink-3">{model.description}</p>}
        </div>
      ),
    },
    {
      id: "can_do",
      head: t("column.can_do"),
      place: "wide",
      cell: (model) => (
        <span className="text-ink-2">
          {abilitiesInShort(model).map(say).join(t("list.comma"))}
        </span>
      ),
    },
    {
      id: "context",
      head: t("column.context"),
      place: "number",
      align: "right",
      cell: (model) => (model.context_tokens === null ? <Nothing /> : <TokenCount short count={model.context_tokens} />),
    },
    { id: "input", head: t("column.input"), place: "number", align: "right", cell: (model) => <TokenPrice model={model} kind="input" places={placesOf(rows.map((row) => row.prices?.prices["input_usd"]))} /> },
    { id: "output", head: t("column.output"), place: "number", align: "right", cell: (model) => <TokenPrice model={model} kind="output" places={placesOf(rows.map((row) => row.prices?.prices["output_usd"]))} /> },
    {
      id: "access",
      head: t("column.access"),
      place: "state",
      cell: (model) => {
        if (model.allocation !== null) return model.allocation.state === "active" ? <StatusBadge state="access.granted" /> : <StatusBadge state={`allocation.${model.allocation.state}`} />;
        if (model.claimable) {
          const [first] = model.default_limits;
          return <span className="text-ink-3">{first === undefined ? t("no_limit") : words.each(first)}</span>;
        }
        return model.why_not === "claim_locked" ? <StatusBadge state="access.locked" /> : <span className="text-ink-3">{t("access.ask")}</span>;
      },
    },
    {
      id: "act",
      head: t("column.act"),
      place: "action",
      align: "right",
      cell: (model) => (model.allocation === null && model.claimable ? <ClaimButton model={model} /> : null),
    },
  ];
}
