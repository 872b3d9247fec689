import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { MyCredentialShown } from "@/client/schema.gen";
import { Moment, Money, Nothing } from "@/components/amounts";
import { DataTable, type Column } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";
import { ErrorState } from "@/components/problem";
import { Button, buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { credentialsQuery, type CredentialsAsked } from "./api";
import { CredentialActions } from "./credential-actions";
import { CredentialState } from "./credential-state";

const STATES = ["active", "paused", "expired", "revoked"] as const;

/** The member's credentials; what is asked for is in the address. */
export function CredentialsPage({ asked, onAsk }: { asked: CredentialsAsked; onAsk: (change: Partial<CredentialsAsked>) => void }) {
  const { t } = useTranslation(["credentials", "shared"]);
  const list = useInfiniteQuery(credentialsQuery(asked));
  const columns = useColumns();
  const make = (
    <Link to="/credentials/new" className={buttonClass("primary")}>
      <Plus aria-hidden size={16} strokeWidth={1.75} />
      {t("new")}
    </Link>
  );
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const isEmpty = list.data !== undefined && rows.length === 0 && asked.state === undefined;
  return (
    <Page title={t("title")} says={t("says")} actions={isEmpty ? undefined : make}>
      <div role="group" aria-label={t("filter")} className="flex flex-wrap gap-2">
        {STATES.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={asked.state === state}
            onClick={() => onAsk({ state: asked.state === state ? undefined : state })}
            className="h-7 rounded-button border border-line-strong bg-surface px-2.5 text-dense text-ink-2 hover:bg-hover aria-pressed:border-accent-line aria-pressed:bg-accent-soft aria-pressed:text-accent-ink phone:rounded-full coarse:h-9"
          >
            {t(`shared:state.credential.${state}`)}
          </button>
        ))}
      </div>
      {list.error !== null && list.data === undefined ? (
        <Card flush>
          <ErrorState what={t("failed")} error={list.error} onRetry={() => void list.refetch()} />
        </Card>
      ) : list.data === undefined ? (
        <Card flush>
          <SkeletonRows count={5} />
        </Card>
      ) : (
        <>
          <DataTable
            id="credentials"
            label={t("title")}
            columns={columns}
            rows={rows}
            rowId={(credential) => credential.id}
            sort={asked.sort ?? "-created_at"}
            onSort={(sort) => onAsk({ sort: sort === "-created_at" ? undefined : (sort as CredentialsAsked["sort"]) })}
            busy={list.isPlaceholderData}
            empty={
              asked.state === undefined ? (
                <EmptyState says={t("empty")} action={make} />
              ) : (
                <EmptyState says={t("no_match")} action={<Button onClick={() => onAsk({ state: undefined })}>{t("clear")}</Button>} />
              )
            }
          />
          {list.hasNextPage && (
            <Button className="self-center" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t("more")}
            </Button>
          )}
        </>
      )}
    </Page>
  );
}

function useColumns(): Column<MyCredentialShown>[] {
  const { t } = useTranslation("credentials");
  return [
    {
      id: "name",
      head: t("column.name"),
      place: "title",
      sort: "name",
      cell: (credential) => (
        <Link to="/credentials/$id" params={{ id: credential.id }} className="font-medium hover:underline">
          {credential.name}
        </Link>
      ),
    },
    { id: "display", head: t("column.shown_as"), place: "text", cell: (credential) => <code className="font-mono text-code text-ink-2">{credential.display}</code> },
    {
      id: "scope",
      head: t("column.scope"),
      place: "wide",
      cell: (credential) => (credential.allocation_ids === null ? t("scope.all") : t("scope.some", { count: credential.allocation_ids.length })),
    },
    {
      id: "used",
      head: t("column.last_used"),
      place: "number",
      cell: (credential) =>
        credential.last_used_at === null ? (
          <Nothing />
        ) : (
          <span>
            <Moment at={credential.last_used_at} as="ago" />
            {credential.last_client !== null && <span className="text-ink-3"> · {credential.last_client}</span>}
          </span>
        ),
    },
    { id: "expires", head: t("column.expires"), place: "wide", cell: (credential) => (credential.expires_at === null ? t("never") : <Moment at={credential.expires_at} as="day" />) },
    { id: "month", head: t("column.month"), place: "number", align: "right", cell: (credential) => <Money usd={credential.month.billed_cost_usd} /> },
    { id: "state", head: t("column.state"), place: "state", cell: (credential) => <CredentialState credential={credential} /> },
    { id: "act", head: "", place: "action", align: "right", cell: (credential) => <CredentialActions credential={credential} /> },
  ];
}
