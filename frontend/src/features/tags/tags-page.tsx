import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { TagOpened } from "@/client/schema.gen";
import { Moment } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { ListPage } from "@/components/list-page";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Badge } from "@/components/ui/badge";
import { Button, buttonClass } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, TextField } from "@/components/ui/field";
import { useFormat } from "@/lib/format";
import { useWrite } from "@/lib/writes";
import { createTag, tagsQuery } from "./api";
import { ModelsDecided } from "./models-decided";

/** Tags: labels that policies, limits and routes go by. */
export function TagsPage({ q, onSearch }: { q: string | undefined; onSearch: (q: string | undefined) => void }) {
  const { t } = useTranslation("people");
  const list = useInfiniteQuery(tagsQuery(q));
  const [making, setMaking] = useState(false);
  const columns = useColumns();
  return (
    <ListPage
      id="admin-tags"
      title={t("tags.title")}
      says={t("tags.title_says")}
      action={
        <Button look="primary" icon={Plus} onClick={() => setMaking(true)}>
          {t("tags.new")}
        </Button>
      }
      more={
        <Link to="/admin/tags/rules" className={buttonClass()}>
          {t("rules.title")}
        </Link>
      }
      search={{ label: t("tags.search"), value: q, onChange: onSearch }}
      list={list}
      columns={columns}
      rowId={(tag) => tag.id}
      failed={t("tags.failed")}
      empty={t("tags.empty")}
      onClear={q === undefined ? undefined : () => onSearch(undefined)}
    >
      {making && <NewTagDialog onClose={() => setMaking(false)} />}
    </ListPage>
  );
}

function NewTagDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [everyone, setEveryone] = useState(false);
  const write = useWrite({
    write: createTag,
    touches: ["admin"],
    onDone: (tag) => {
      onClose();
      void navigate({ to: "/admin/tags/$id", params: { id: tag.id } });
    },
  });
  return (
    <Dialog
      title={t("tags.new")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button look="primary" type="submit" form="new-tag" busy={write.isPending}>
            {t("tags.create")}
          </Button>
        </>
      }
    >
      <form
        id="new-tag"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!write.isPending) write.mutate({ name, everyone });
        }}
      >
        <ProblemNote problem={write.problem} fields={["name"]} />
        <TextField label={t("tags.name")} hint={t("tags.name_hint")} required value={name} error={fieldErrors(write.problem)["name"]} onChange={(event) => setName(event.target.value)} />
        <Checkbox label={t("tags.everyone_label")} checked={everyone} onChange={(event) => setEveryone(event.target.checked)} />
      </form>
    </Dialog>
  );
}

function MembersWith({ tag }: { tag: TagOpened }) {
  const format = useFormat();
  return (
    <Link to="/admin/members" search={{ tag: tag.id }} className="tabular hover:underline">
      {format.count(tag.members)}
    </Link>
  );
}

function useColumns(): Column<TagOpened>[] {
  const { t } = useTranslation("people");
  return [
    {
      id: "name",
      head: t("column.tag"),
      place: "title",
      cell: (tag) => (
        <Link to="/admin/tags/$id" params={{ id: tag.id }} className="font-medium hover:underline">
          {tag.name}
        </Link>
      ),
    },
    { id: "members", head: t("tags.members"), place: "number", align: "right", cell: (tag) => (tag.everyone ? <Badge tint="neutral">{t("tags.everyone")}</Badge> : <MembersWith tag={tag} />) },
    { id: "opens", head: t("tags.opens"), place: "text", cell: (tag) => <ModelsDecided decided={tag.opens} /> },
    { id: "closes", head: t("tags.closes"), place: "text", cell: (tag) => <ModelsDecided decided={tag.closes} /> },
    { id: "priority", head: t("tags.priority"), place: "number", align: "right", cell: (tag) => <span className="tabular">{tag.priority}</span> },
    { id: "made", head: t("tags.made"), place: "wide", align: "right", cell: (tag) => <Moment at={tag.created_at} as="day" /> },
  ];
}
