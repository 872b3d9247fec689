import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { FacetsShown, MyModelShown } from "@/client/schema.gen";
import { useAbilities } from "@/components/abilities";
import { Nothing, Slug, TokenCount } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ListTable } from "@/components/list-table";
import { Page } from "@/components/page";
import { SearchField } from "@/components/search-field";
import { SelectionBar } from "@/components/selection-bar";
import { Button, buttonClass } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox } from "@/components/ui/field";
import { placesOf } from "@/lib/money";
import { MyAccess } from "./access";
import { facetsQuery, modelsQuery, type ModelsAsked } from "./api";
import { COMPARED_MAX } from "./asked";
import { ClaimButton } from "./claim-button";
import { TokenPrice } from "./prices";
import { abilitiesInShort } from "./words";

interface ModelsPageProps {
  asked: ModelsAsked;
  onAsk: (change: Partial<ModelsAsked>) => void;
  /** The slugs of the models that are to be compared. */
  chosen: readonly string[];
  onChoose: (slugs: string[]) => void;
}

/** The models that the member sees; what is asked for, and what is chosen, is in the address. */
export function ModelsPage({ asked, onAsk, chosen, onChoose }: ModelsPageProps) {
  const { t } = useTranslation("models");
  const models = useInfiniteQuery(modelsQuery(asked));
  const facets = useQuery(facetsQuery(asked.q)).data;
  const [filtering, setFiltering] = useState(false);
  const rows = models.data?.pages.flatMap((page) => page.items) ?? [];
  const columns = useColumns(rows, chosen, onChoose);
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
      {chosen.length > 0 && (
        <SelectionBar label={t("compare.selection")} says={t("compare.chosen", { count: chosen.length, most: COMPARED_MAX })}>
          <Button small look="quiet" onClick={() => onChoose([])}>
            {t("compare.clear")}
          </Button>
          {chosen.length > 1 && (
            <Link to="/catalog/compare" search={{ m: [...chosen] }} className={buttonClass("primary", true)}>
              {t("compare.verb")}
            </Link>
          )}
        </SelectionBar>
      )}
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

function useColumns(rows: readonly MyModelShown[], chosen: readonly string[], onChoose: ModelsPageProps["onChoose"]): Column<MyModelShown>[] {
  const { t } = useTranslation("models");
  const say = useAbilities();
  return [
    {
      id: "compare",
      head: t("compare.verb"),
      place: "action",
      cell: ({ slug }) => (
        <Checkbox
          label={<span className="sr-only">{t("compare.one", { model: slug })}</span>}
          checked={chosen.includes(slug)}
          disabled={chosen.length >= COMPARED_MAX && !chosen.includes(slug)}
          onChange={(event) => onChoose(event.target.checked ? [...chosen, slug] : chosen.filter((each) => each !== slug))}
        />
      ),
    },
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
      cell: (model) => <MyAccess model={model} />,
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
