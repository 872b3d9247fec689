import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, Trash2 } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { AliasPreview, AliasShown } from "@/client/schema.gen";
import { Moment, Nothing, Slug } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { ListPage } from "@/components/list-page";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button, IconButton } from "@/components/ui/button";
import { ConfirmDialog, Dialog } from "@/components/ui/dialog";
import { Select, TextField } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import { useWrite } from "@/lib/writes";
import { addAlias, aliasesQuery, aliasPreviewQuery, aliasStopsQuery, deleteAlias } from "./aliases-api";
import { catalogQuery, modelByIdQuery } from "./api";
import type { ALIAS_SORTS } from "./asked";

interface AliasesAsked {
  q?: string | undefined;
  sort?: (typeof ALIAS_SORTS)[number] | undefined;
}

/** Other names of models, which callers may use in place of the slug. */
export function AliasesPage({ asked, onAsk }: { asked: AliasesAsked; onAsk: (change: Partial<AliasesAsked>) => void }) {
  const { t } = useTranslation(["catalog", "shared"]);
  const list = useInfiniteQuery(aliasesQuery(asked));
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<AliasShown | null>(null);
  const ids = [...new Set(list.data?.pages.flatMap((page) => page.items.map((alias) => alias.model_id)) ?? [])];
  const models = useQueries({ queries: ids.map((id) => modelByIdQuery(id)) });
  const slugs = new Map(ids.map((id, index) => [id, models[index]?.data?.slug]));
  const add = (
    <Button look="primary" icon={Plus} onClick={() => setAdding(true)}>
      {t("alias.add")}
    </Button>
  );
  const columns: Column<AliasShown>[] = [
    { id: "name", head: t("column.alias"), place: "title", sort: "name", cell: (alias) => <code className="font-mono text-code font-medium">{alias.name}</code> },
    {
      id: "model",
      head: t("column.model"),
      place: "text",
      cell: (alias) => {
        const slug = slugs.get(alias.model_id);
        if (slug === undefined) return <Nothing />;
        return (
          <Link to="/admin/models/$" params={{ _splat: slug }} className="hover:underline">
            <Slug slug={slug} />
          </Link>
        );
      },
    },
    { id: "since", head: t("column.since"), place: "number", sort: "created_at", cell: (alias) => <Moment at={alias.created_at} as="day" /> },
    { id: "act", head: t("column.act"), place: "action", align: "right", cell: (alias) => <IconButton icon={Trash2} label={t("alias.delete_label", { name: alias.name })} onClick={() => setDeleting(alias)} /> },
  ];
  return (
    <ListPage
      id="aliases"
      title={t("alias.title")}
      says={t("alias.says")}
      action={add}
      search={{ label: t("alias.search"), value: asked.q, onChange: (q) => onAsk({ q }) }}
      list={list}
      columns={columns}
      rowId={(alias) => alias.id}
      sort={asked.sort ?? "name"}
      onSort={(sort) => onAsk({ sort: sort === "name" ? undefined : (sort as AliasesAsked["sort"]) })}
      failed={t("alias.failed")}
      empty={t("alias.empty")}
      noMatch={t("alias.no_match")}
      onClear={asked.q === undefined ? undefined : () => onAsk({ q: undefined })}
    >
      {adding && <AddDialog onClose={() => setAdding(false)} />}
      {deleting !== null && <DeleteDialog alias={deleting} onClose={() => setDeleting(null)} />}
    </ListPage>
  );
}

function AddDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(["catalog", "shared"]);
  const models = useInfiniteQuery(catalogQuery({ status: "active" }));
  const [name, setName] = useState("");
  const [modelId, setModelId] = useState("");
  const isReady = name.trim() !== "" && modelId !== "";
  const preview = useQuery({ ...aliasPreviewQuery({ name: name.trim(), model_id: modelId }), enabled: isReady });
  const write = useWrite({ write: addAlias, touches: ["admin", "models"], onDone: onClose });
  const problem = write.problem ?? (preview.error instanceof ApiProblem ? preview.error : null);
  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (isReady) write.mutate({ name: name.trim(), model_id: modelId });
  }
  return (
    <Dialog title={t("alias.add")} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        <TextField label={t("column.alias")} hint={t("alias.hint")} required maxLength={200} value={name} error={fieldErrors(problem)["name"]} onChange={(event) => setName(event.target.value)} autoComplete="off" />
        <Select label={t("column.model")} required value={modelId} onChange={(event) => setModelId(event.target.value)}>
          <option value="">{t("alias.choose")}</option>
          {models.data?.pages.flatMap((page) =>
            page.items.map((model) => (
              <option key={model.id} value={model.id}>
                {model.slug}
              </option>
            )),
          )}
        </Select>
        {models.hasNextPage && (
          <Button small className="self-start" busy={models.isFetchingNextPage} onClick={() => void models.fetchNextPage()}>
            {t("shared:list.more")}
          </Button>
        )}
        {isReady && preview.data !== undefined && <Means preview={preview.data} />}
        <ProblemNote problem={problem} fields={["name"]} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button type="submit" look="primary" busy={write.isPending} disabled={!isReady}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Means({ preview }: { preview: AliasPreview }) {
  const { t, i18n } = useTranslation("catalog");
  const list = (slugs: readonly string[]) => (slugs.length === 0 ? t("alias.means_nothing") : new Intl.ListFormat(i18n.language, { type: "unit" }).format(slugs));
  return (
    <p aria-live="polite" className="text-dense font-medium text-ink">
      {t("alias.means", { name: preview.name, before: list(preview.means), after: list(preview.would_mean) })}
    </p>
  );
}

function DeleteDialog({ alias, onClose }: { alias: AliasShown; onClose: () => void }) {
  const { t } = useTranslation("catalog");
  const stops = useQuery(aliasStopsQuery(alias.id));
  const write = useWrite({ write: deleteAlias, touches: ["admin", "models"], onDone: onClose });
  return (
    <ConfirmDialog
      title={t("alias.delete_ask", { name: alias.name })}
      verb={t("alias.delete")}
      busy={write.isPending}
      problem={write.problem ?? (stops.error instanceof ApiProblem ? stops.error : null)}
      onClose={onClose}
      onConfirm={() => write.mutate(alias.id)}
    >
      <p>{t("alias.delete_says")}</p>
      {stops.data === undefined ? stops.isPending && <Skeleton className="h-5" /> : <Means preview={stops.data} />}
    </ConfirmDialog>
  );
}
