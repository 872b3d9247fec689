import { useInfiniteQuery } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ReactNode } from "react";

import type { AllocationShown } from "@/client/schema.gen";
import { Moment } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { ListTable } from "@/components/list-table";
import { MemberName, ModelName } from "@/components/named";
import { useSelection } from "@/components/selection";
import { StatusBadge } from "@/components/status-badge";
import { Badge } from "@/components/ui/badge";
import { grantsQuery, readGrants, type GrantsAsked } from "./api";
import { AllocationActions } from "./allocation-actions";
import { useGrantNames } from "./grant-names";
import { GrantsSelection } from "./grants-selection";
import { WhatIsLeft } from "./what-is-left";

interface AllocationsTableProps {
  asked: GrantsAsked;
  empty: ReactNode;
  onClear?: (() => void) | undefined;
  onSort?: (sort: GrantsAsked["sort"]) => void;
  onOpen?: (id: string) => void;
  /** False where all are of one member. */
  withMembers?: boolean;
  /** Whether rows can be ticked, and what is done to those that are. */
  selectable?: boolean;
}

/** Allocations in rows: whose, of which model, what is left, and what can be done about it. */
export function AllocationsTable({ asked, empty, onClear, onSort, onOpen, withMembers = true, selectable = false }: AllocationsTableProps) {
  const { t } = useTranslation("people");
  const list = useInfiniteQuery(grantsQuery(asked));
  const columns = useColumns(onOpen).filter((column) => withMembers || column.id !== "member");
  const shown = list.data?.pages.flatMap((page) => page.items) ?? [];
  const nameOf = useGrantNames(selectable ? shown : []);
  const selection = useSelection<AllocationShown>({ of: asked, rowId: (allocation) => allocation.id, nameOf });
  return (
    <>
      <ListTable
        id="admin-allocations"
        label={t("grants.title")}
        list={list}
        columns={columns}
        rowId={(allocation) => allocation.id}
        failed={t("grants.failed")}
        empty={empty}
        onClear={onClear}
        selection={selectable ? selection : undefined}
        sort={asked.sort ?? "-created_at"}
        {...(onSort && { onSort: (sort: string) => onSort(sort === "created_at" ? sort : undefined) })}
      />
      {selectable && <GrantsSelection selection={selection} shown={shown} hasMore={list.hasNextPage} readAll={() => readGrants(asked)} />}
    </>
  );
}

function useColumns(onOpen: ((id: string) => void) | undefined): Column<AllocationShown>[] {
  const { t } = useTranslation("people");
  return [
    {
      id: "model",
      head: t("column.model"),
      place: "title",
      cell: (allocation) =>
        onOpen === undefined ? (
          <ModelName id={allocation.model_id} />
        ) : (
          <button type="button" onClick={() => onOpen(allocation.id)} className="text-left hover:underline">
            <ModelName id={allocation.model_id} />
          </button>
        ),
    },
    { id: "member", head: t("column.member"), place: "text", cell: (allocation) => <MemberName id={allocation.member_id} /> },
    { id: "left", head: t("grants.left"), place: "text", cell: (allocation) => <WhatIsLeft allocation={allocation} /> },
    {
      id: "state",
      head: t("column.state"),
      place: "state",
      cell: (allocation) => (
        <span className="flex flex-wrap items-center gap-1.5">
          <StatusBadge state={`allocation.${allocation.state}`} />
          {allocation.claim_locked && (
            <Badge tint="warn" icon={Lock}>
              {t("grants.locked")}
            </Badge>
          )}
        </span>
      ),
    },
    {
      id: "why",
      head: t("grants.why"),
      place: "text",
      cell: (allocation) => (
        <span className="line-clamp-2 max-w-56 text-ink-2">
          {allocation.paused_by !== null && t(`grants.paused_by.${allocation.paused_by}`)}
          {allocation.paused_by !== null && allocation.state_reason !== "" && " · "}
          {allocation.state_reason}
        </span>
      ),
    },
    { id: "granted", head: t("grants.granted_at"), place: "wide", align: "right", sort: "created_at", cell: (allocation) => <Moment at={allocation.created_at} as="day" /> },
    { id: "act", head: t("column.act"), place: "action", align: "right", cell: (allocation) => <AllocationActions allocation={allocation} /> },
  ];
}
