import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Trash2, UserPlus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { tagQuery } from "@/client/names";
import type { MemberOfTagShown } from "@/client/schema.gen";
import { Moment } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ListTable } from "@/components/list-table";
import { MemberState } from "@/components/member-state";
import { Page } from "@/components/page";
import { SearchField } from "@/components/search-field";
import { Badge } from "@/components/ui/badge";
import { Button, buttonClass, IconButton } from "@/components/ui/button";
import { Card, Fact, Facts } from "@/components/ui/card";
import { membersOfTagQuery } from "./api";
import { ChangeTagDialog } from "./change-tag-dialog";
import { DeleteTagDialog } from "./delete-tag-dialog";
import { ModelsDecided } from "./models-decided";
import { TagMembersDialog } from "./tag-members-dialog";

type Open = "change" | "add" | "delete" | { take: MemberOfTagShown } | null;

/** One tag: who has it, what a change of it opens and closes, and taking it away. */
export function TagPage({ id, q, onSearch }: { id: string; q: string | undefined; onSearch: (q: string | undefined) => void }) {
  const { t } = useTranslation("people");
  const { data: tag } = useSuspenseQuery(tagQuery(id));
  const list = useInfiniteQuery(membersOfTagQuery(id, q));
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const columns = useColumns((member) => setOpen({ take: member }));
  return (
    <Page
      name={tag.name}
      title={
        <span className="flex flex-wrap items-center gap-3">
          {tag.name} {tag.everyone && <Badge tint="neutral">{t("tags.everyone")}</Badge>}
        </span>
      }
      says={tag.everyone ? t("tags.everyone_says") : t("tags.says", { count: tag.members, priority: tag.priority })}
      actions={
        <>
          <Button icon={UserPlus} onClick={() => setOpen("add")}>
            {t("tags.give")}
          </Button>
          <Button onClick={() => setOpen("change")}>{t("tags.change")}</Button>
          <Button look="destructive" icon={Trash2} onClick={() => setOpen("delete")}>
            {t("tags.delete")}
          </Button>
        </>
      }
    >
      <Card>
        <Facts>
          <Fact label={t("tags.opens")}>
            <ModelsDecided decided={tag.opens} />
          </Fact>
          <Fact label={t("tags.closes")}>
            <ModelsDecided decided={tag.closes} />
          </Fact>
        </Facts>
      </Card>
      <div className="flex flex-wrap items-center gap-2">
        <SearchField label={t("tags.search_members")} value={q} onChange={onSearch} />
        <Link to="/admin/limits" search={{ subject: "tag", id }} className={buttonClass("quiet")}>
          {t("tags.limits")}
        </Link>
      </div>
      <ListTable
        id="admin-tag-members"
        label={t("tags.members")}
        list={list}
        columns={columns}
        rowId={(member) => member.id}
        failed={t("tags.members_failed")}
        empty={<EmptyState says={t("tags.nobody")} action={<Button onClick={() => setOpen("add")}>{t("tags.give")}</Button>} />}
        onClear={q === undefined ? undefined : () => onSearch(undefined)}
      />
      {open === "change" && <ChangeTagDialog tag={tag} onClose={close} />}
      {open === "add" && <TagMembersDialog tag={tag} onClose={close} />}
      {open === "delete" && <DeleteTagDialog id={id} name={tag.name} onClose={close} />}
      {open !== null && typeof open === "object" && <TagMembersDialog tag={tag} take={open.take} onClose={close} />}
    </Page>
  );
}

function useColumns(onTake: (member: MemberOfTagShown) => void): Column<MemberOfTagShown>[] {
  const { t } = useTranslation("people");
  return [
    {
      id: "name",
      head: t("column.member"),
      place: "title",
      cell: (member) => (
        <div className="min-w-0">
          <Link to="/admin/members/$id" params={{ id: member.id }} className="font-medium hover:underline">
            {member.display_name}
          </Link>
          <p className="truncate text-small text-ink-3">{member.identifier}</p>
        </div>
      ),
    },
    { id: "status", head: t("column.state"), place: "state", cell: (member) => <MemberState member={member} /> },
    { id: "since", head: t("tags.since"), place: "number", align: "right", cell: (member) => <Moment at={member.tagged_at} as="day" /> },
    {
      id: "act",
      head: t("column.act"),
      place: "action",
      align: "right",
      cell: (member) => <IconButton icon={X} label={t("tags.take_from", { name: member.display_name })} onClick={() => onTake(member)} />,
    },
  ];
}
