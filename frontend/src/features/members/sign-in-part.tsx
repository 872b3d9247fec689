import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { AccessTokenShown, ListedLinkShown, MemberSessionShown } from "@/client/schema.gen";
import { Moment, Nothing } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ListTable } from "@/components/list-table";
import { ProblemNote } from "@/components/problem";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/dialog";
import { useWrite } from "@/lib/writes";
import { endSessions, linksQuery, revokeLink, revokeTokenOf, sessionsOfQuery, tokensOfQuery } from "./held-api";

type LinkShown = ListedLinkShown["items"][number];
type Asked = { what: "sessions" } | { what: "token"; token: AccessTokenShown } | null;

/** How a member gets in: their browsers, the access tokens of their programs, and the links that were made for them. */
export function SignInPart({ memberId, name }: { memberId: string; name: string }) {
  const { t } = useTranslation("people");
  const sessions = useInfiniteQuery(sessionsOfQuery(memberId));
  const [asked, setAsked] = useState<Asked>(null);
  const columns: Column<MemberSessionShown>[] = [
    { id: "agent", head: t("sessions.browser"), place: "title", cell: (session) => <span className="line-clamp-1 max-w-96" title={session.user_agent}>{session.user_agent}</span> },
    { id: "address", head: t("sessions.address"), place: "text", cell: (session) => session.address ?? <Nothing /> },
    { id: "method", head: t("sessions.method"), place: "number", cell: (session) => t(`sessions.method.${session.method}`) },
    { id: "seen", head: t("sessions.seen"), place: "number", align: "right", cell: (session) => <Moment at={session.seen_at} as="ago" /> },
  ];
  return (
    <>
      <Heading title={t("sessions.title")}>
        {(sessions.data?.pages[0]?.items.length ?? 0) > 0 && (
          <Button small look="destructive" onClick={() => setAsked({ what: "sessions" })}>
            {t("sessions.end")}
          </Button>
        )}
      </Heading>
      <ListTable id="admin-member-sessions" label={t("sessions.title")} list={sessions} columns={columns} rowId={(session) => session.id} failed={t("sessions.failed")} empty={<EmptyState says={t("sessions.empty")} />} />
      <TokensOf memberId={memberId} onRevoke={(token) => setAsked({ what: "token", token })} />
      <LinksOf memberId={memberId} />
      {asked?.what === "sessions" && <EndSessionsDialog memberId={memberId} name={name} onClose={() => setAsked(null)} />}
      {asked?.what === "token" && <RevokeTokenDialog memberId={memberId} token={asked.token} onClose={() => setAsked(null)} />}
    </>
  );
}

function Heading({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <div className="flex min-h-8 items-center justify-between gap-3">
      <h2 className="text-heading">{title}</h2>
      {children}
    </div>
  );
}

function EndSessionsDialog({ memberId, name, onClose }: { memberId: string; name: string; onClose: () => void }) {
  const { t } = useTranslation("people");
  const write = useWrite({ write: endSessions, touches: ["admin"], onDone: onClose });
  return (
    <ConfirmDialog title={t("sessions.ask", { name })} verb={t("sessions.end")} busy={write.isPending} problem={write.problem} onClose={onClose} onConfirm={() => write.mutate(memberId)}>
      <p>{t("sessions.says")}</p>
    </ConfirmDialog>
  );
}

function RevokeTokenDialog({ memberId, token, onClose }: { memberId: string; token: AccessTokenShown; onClose: () => void }) {
  const { t } = useTranslation("people");
  const write = useWrite({ write: revokeTokenOf, touches: ["admin"], onDone: onClose });
  return (
    <ConfirmDialog
      title={t("tokens.ask", { name: token.name })}
      verb={t("tokens.revoke")}
      busy={write.isPending}
      problem={write.problem}
      onClose={onClose}
      onConfirm={() => write.mutate({ member: memberId, id: token.id })}
    >
      <p>{t("tokens.says")}</p>
    </ConfirmDialog>
  );
}

function TokensOf({ memberId, onRevoke }: { memberId: string; onRevoke: (token: AccessTokenShown) => void }) {
  const { t } = useTranslation("people");
  const tokens = useInfiniteQuery(tokensOfQuery(memberId));
  const columns: Column<AccessTokenShown>[] = [
    { id: "name", head: t("column.name"), place: "title", cell: (token) => <span className="font-medium">{token.name}</span> },
    { id: "display", head: t("tokens.shown_as"), place: "text", cell: (token) => <code className="font-mono text-code text-ink-2">{token.display}</code> },
    { id: "used", head: t("tokens.used"), place: "number", align: "right", cell: (token) => (token.last_used_at === null ? <Nothing /> : <Moment at={token.last_used_at} as="ago" />) },
    { id: "ends", head: t("credentials.expires"), place: "number", align: "right", cell: (token) => (token.expires_at === null ? <Nothing /> : <Moment at={token.expires_at} as="day" />) },
    {
      id: "act",
      head: t("column.act"),
      place: "action",
      align: "right",
      cell: (token) =>
        token.revoked_at !== null ? (
          <Badge tint="neutral">{t("tokens.revoked")}</Badge>
        ) : (
          <Button small look="destructive" onClick={() => onRevoke(token)}>
            {t("tokens.revoke")}
          </Button>
        ),
    },
  ];
  return (
    <>
      <Heading title={t("tokens.title")} />
      <ListTable id="admin-member-tokens" label={t("tokens.title")} list={tokens} columns={columns} rowId={(token) => token.id} failed={t("tokens.failed")} empty={<EmptyState says={t("tokens.empty")} />} />
    </>
  );
}

function LinksOf({ memberId }: { memberId: string }) {
  const { t } = useTranslation("people");
  const links = useInfiniteQuery(linksQuery(memberId));
  const write = useWrite({ write: revokeLink, touches: ["admin"] });
  const columns: Column<LinkShown>[] = [
    { id: "kind", head: t("links.kind"), place: "title", cell: (link) => t(`links.kind.${link.kind}`) },
    { id: "made", head: t("links.made"), place: "number", align: "right", cell: (link) => <Moment at={link.created_at} /> },
    { id: "until", head: t("link.until"), place: "number", align: "right", cell: (link) => <Moment at={link.expires_at} /> },
    { id: "state", head: t("column.state"), place: "state", cell: (link) => <LinkState link={link} /> },
    {
      id: "act",
      head: t("column.act"),
      place: "action",
      align: "right",
      cell: (link) =>
        stateOf(link) === "open" && (
          <Button small look="destructive" busy={write.isPending && write.variables.id === link.id} onClick={() => write.mutate({ member: memberId, id: link.id })}>
            {t("links.revoke")}
          </Button>
        ),
    },
  ];
  return (
    <>
      <Heading title={t("links.title")} />
      <ProblemNote problem={write.problem} />
      <ListTable id="admin-member-links" label={t("links.title")} list={links} columns={columns} rowId={(link) => link.id} failed={t("links.failed")} empty={<EmptyState says={t("links.empty")} />} />
    </>
  );
}

function stateOf(link: LinkShown): "used" | "revoked" | "expired" | "open" {
  if (link.used_at !== null) return "used";
  if (link.revoked_at !== null) return "revoked";
  return Date.parse(link.expires_at) < Date.now() ? "expired" : "open";
}

function LinkState({ link }: { link: LinkShown }) {
  const { t } = useTranslation("people");
  const state = stateOf(link);
  return <Badge tint={state === "used" ? "ok" : state === "expired" ? "warn" : "neutral"}>{t(`links.state.${state}`)}</Badge>;
}
