import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { MyCredentialShown } from "@/client/schema.gen";
import { Moment, Money, Nothing } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { ToggleChip } from "@/components/filters";
import { ListPage } from "@/components/list-page";
import { buttonClass } from "@/components/ui/button";
import { useFormat } from "@/lib/format";
import { credentialsQuery, type CredentialsAsked } from "./api";
import { CredentialActions } from "./credential-actions";
import { CredentialState } from "./credential-state";

const STATES = ["active", "paused", "expired", "revoked"] as const;

/** The member's credentials; what is asked for is in the address. */
export function CredentialsPage({ asked, onAsk }: { asked: CredentialsAsked; onAsk: (change: Partial<CredentialsAsked>) => void }) {
  const { t } = useTranslation(["credentials", "shared"]);
  const { zone } = useFormat();
  const list = useInfiniteQuery(credentialsQuery({ ...asked, zone }));
  const columns = useColumns();
  const make = (
    <Link to="/credentials/new" className={buttonClass("primary")}>
      <Plus aria-hidden size={16} strokeWidth={1.75} />
      {t("new")}
    </Link>
  );
  return (
    <ListPage
      id="credentials"
      title={t("title")}
      says={t("says")}
      action={make}
      filters={STATES.map((state) => (
        <ToggleChip key={state} on={asked.state === state} onChange={(on) => onAsk({ state: on ? state : undefined })}>
          {t(`shared:state.credential.${state}`)}
        </ToggleChip>
      ))}
      list={list}
      columns={columns}
      rowId={(credential) => credential.id}
      sort={asked.sort ?? "-created_at"}
      onSort={(sort) => onAsk({ sort: sort === "-created_at" ? undefined : (sort as CredentialsAsked["sort"]) })}
      failed={t("failed")}
      empty={t("empty")}
      noMatch={t("no_match")}
      onClear={asked.state === undefined ? undefined : () => onAsk({ state: undefined })}
    />
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
    { id: "act", head: t("column.act"), place: "action", align: "right", cell: (credential) => <CredentialActions credential={credential} /> },
  ];
}
