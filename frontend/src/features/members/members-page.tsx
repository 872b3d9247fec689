import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bot, UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { MemberListed } from "@/client/schema.gen";
import { Moment } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { FilterChip, SetChip } from "@/components/filters";
import { ListPage } from "@/components/list-page";
import { MemberState } from "@/components/member-state";
import { useSelection } from "@/components/selection";
import { TagChip } from "@/components/tag-chip";
import { Badge } from "@/components/ui/badge";
import { Button, buttonClass } from "@/components/ui/button";
import { useFormat } from "@/lib/format";
import { membersQuery, readMembers, type MembersAsked } from "./api";
import { MEMBER_SORTS } from "./asked";
import { Allocations, LastSeen, MonthMeant, SpentThisMonth } from "./at-work";
import { MembersSelection, type Granting } from "./members-selection";
import { ServiceAccountDialog } from "./service-account-dialog";
import { TagsInline } from "./tags-inline";

interface MembersPageProps {
  asked: MembersAsked;
  onAsk: (change: Partial<MembersAsked>) => void;
  /** The dialog that gives members a model: another feature's. */
  granting: Granting;
}

/** Everybody with an account; what is asked for is in the address. */
export function MembersPage({ asked, onAsk, granting }: MembersPageProps) {
  const { t } = useTranslation(["people", "shared"]);
  const { zone } = useFormat();
  const list = useInfiniteQuery(membersQuery(asked, zone));
  const selection = useSelection<MemberListed>({ of: asked, rowId: (member) => member.id, nameOf: (member) => member.display_name });
  const [making, setMaking] = useState(false);
  const columns = useColumns();
  const invite = (
    <Link to="/admin/members/invite" className={buttonClass("primary")}>
      <UserPlus aria-hidden size={16} strokeWidth={1.75} />
      {t("members.invite")}
    </Link>
  );
  const isNarrowed = [asked.q, asked.state, asked.role, asked.kind, asked.identity, asked.tag, asked.unanswered].some((each) => each !== undefined);
  return (
    <ListPage
      id="admin-members"
      title={t("members.title")}
      says={<MonthMeant />}
      action={invite}
      more={
        <Button icon={Bot} onClick={() => setMaking(true)}>
          {t("service.new")}
        </Button>
      }
      search={{ label: t("members.search"), value: asked.q, onChange: (q) => onAsk({ q }) }}
      filters={
        <>
          <FilterChip label={t("column.state")} value={asked.state} options={(["active", "disabled"] as const).map((value) => ({ value, label: t(`shared:state.member.${value}`) }))} onChange={(state) => onAsk({ state })} />
          <FilterChip label={t("column.role")} value={asked.role} options={(["member", "admin", "owner"] as const).map((value) => ({ value, label: t(`shared:role.${value}`) }))} onChange={(role) => onAsk({ role })} />
          <FilterChip label={t("column.kind")} value={asked.kind} options={(["person", "service"] as const).map((value) => ({ value, label: t(`kind.${value}`) }))} onChange={(kind) => onAsk({ kind })} />
          <FilterChip label={t("members.identity")} value={asked.identity} options={(["local", "oidc"] as const).map((value) => ({ value, label: t(`members.identity.${value}`) }))} onChange={(identity) => onAsk({ identity })} />
          <TagChip id={asked.tag} onChange={(tag) => onAsk({ tag })} />
          {asked.unanswered !== undefined && <SetChip name={t("members.answered")} value={t("members.unanswered")} onClear={() => onAsk({ unanswered: undefined })} />}
        </>
      }
      list={list}
      columns={columns}
      selection={selection}
      rowId={(member) => member.id}
      sort={asked.sort ?? "-created_at"}
      onSort={(next) => onAsk({ sort: next === "-created_at" ? undefined : MEMBER_SORTS.find((each) => each === next) })}
      failed={t("members.failed")}
      empty={t("members.empty")}
      onClear={isNarrowed ? () => onAsk({ q: undefined, state: undefined, role: undefined, kind: undefined, identity: undefined, tag: undefined, unanswered: undefined }) : undefined}
    >
      <MembersSelection
        selection={selection}
        shown={list.data?.pages.flatMap((page) => page.items) ?? []}
        hasMore={list.hasNextPage}
        readAll={() => readMembers(asked)}
        granting={granting}
      />
      {making && <ServiceAccountDialog onClose={() => setMaking(false)} />}
    </ListPage>
  );
}

function useColumns(): Column<MemberListed>[] {
  const { t } = useTranslation(["people", "shared"]);
  return [
    {
      id: "name",
      head: t("column.name_identifier"),
      place: "title",
      sort: "identifier",
      cell: (member) => (
        <div className="min-w-0">
          <Link to="/admin/members/$id" params={{ id: member.id }} className="font-medium hover:underline">
            {member.display_name}
          </Link>
          <p className="truncate text-small text-ink-3">{member.identifier}</p>
        </div>
      ),
    },
    {
      id: "role",
      head: t("column.role"),
      place: "number",
      cell: (member) => (
        <span className="inline-flex flex-wrap gap-1">
          {member.kind === "service" ? <Badge tint="neutral">{t("kind.service")}</Badge> : <Badge tint={member.role === "member" ? "neutral" : "acc"}>{t(`shared:role.${member.role}`)}</Badge>}
        </span>
      ),
    },
    { id: "tags", head: t("column.tags"), place: "text", cell: (member) => <TagsInline member={member} /> },
    { id: "allocations", head: t("column.allocations"), place: "number", align: "right", cell: (member) => <Allocations member={member} /> },
    { id: "spent", head: t("column.spent"), place: "number", align: "right", sort: "this_month", cell: (member) => <SpentThisMonth spent={member.this_month} /> },
    { id: "seen", head: t("column.seen"), place: "number", align: "right", sort: "last_seen_at", cell: (member) => <LastSeen at={member.last_seen_at} /> },
    { id: "since", head: t("members.since"), place: "wide", align: "right", sort: "created_at", cell: (member) => <Moment at={member.created_at} as="day" /> },
    { id: "state", head: t("column.state"), place: "state", cell: (member) => <MemberState member={member} /> },
  ];
}
