import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Ban, Ellipsis, Pause, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { CredentialListed } from "@/client/schema.gen";
import { Moment, Nothing } from "@/components/amounts";
import { UsedLately } from "@/components/calls/used-lately";
import type { Column } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ListTable } from "@/components/list-table";
import { SmallBar } from "@/components/small-bar";
import { StatusBadge } from "@/components/status-badge";
import { StopsNote } from "@/components/stops";
import { IconButton } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { Menu, MenuItem, MenuLine } from "@/components/ui/menu";
import { Skeleton } from "@/components/ui/skeleton";
import { useWrite } from "@/lib/writes";
import { credentialsOfQuery, credentialStopsQuery, lateCallsQuery, moveCredential, type CredentialMove } from "./held-api";

/** A member's credentials, and stopping one. Their secrets are nobody's but the member's. */
export function CredentialsPart({ memberId }: { memberId: string }) {
  const { t } = useTranslation("people");
  const list = useInfiniteQuery(credentialsOfQuery(memberId));
  const [open, setOpen] = useState<{ credential: CredentialListed; how: CredentialMove } | null>(null);
  const columns: Column<CredentialListed>[] = [
    {
      id: "name",
      head: t("column.name"),
      place: "title",
      cell: (credential) => (
        <div className="min-w-0">
          <span className="font-medium">{credential.name}</span>
          <p>
            <code className="font-mono text-code text-ink-3">{credential.display}</code>
          </p>
        </div>
      ),
    },
    { id: "scope", head: t("credentials.scope"), place: "text", cell: (credential) => (credential.allocation_ids === null ? t("credentials.all") : t("credentials.some", { count: credential.allocation_ids.length })) },
    { id: "left", head: t("access.left"), place: "text", cell: (credential) => (credential.own_limits.some((limit) => limit.limit !== null) ? <SmallBar limits={credential.own_limits} /> : <span className="text-ink-3">{t("credentials.no_limit")}</span>) },
    { id: "expires", head: t("credentials.expires"), place: "number", align: "right", cell: (credential) => (credential.expires_at === null ? <Nothing /> : <Moment at={credential.expires_at} as="day" />) },
    { id: "state", head: t("column.state"), place: "state", cell: (credential) => <StatusBadge state={`credential.${credential.state}`} /> },
    { id: "act", head: t("column.act"), place: "action", align: "right", cell: (credential) => <Actions credential={credential} onOpen={(how) => setOpen({ credential, how })} /> },
  ];
  return (
    <>
      <ListTable id="admin-member-credentials" label={t("member.tab.credentials")} list={list} columns={columns} rowId={(credential) => credential.id} failed={t("credentials.failed")} empty={<EmptyState says={t("credentials.empty")} />} />
      {open !== null && <MoveDialog {...open} onClose={() => setOpen(null)} />}
    </>
  );
}

function Actions({ credential, onOpen }: { credential: CredentialListed; onOpen: (how: CredentialMove) => void }) {
  const { t } = useTranslation("people");
  if (credential.state === "revoked") return null;
  return (
    <Menu trigger={<IconButton icon={Ellipsis} label={t("credentials.actions", { name: credential.name })} />}>
      {credential.state === "active" && (
        <MenuItem icon={Pause} onSelect={() => onOpen("pause")}>
          {t("credentials.verb.pause")}
        </MenuItem>
      )}
      {credential.state === "paused" && (
        <MenuItem icon={Play} onSelect={() => onOpen("resume")}>
          {t("credentials.verb.resume")}
        </MenuItem>
      )}
      <MenuLine />
      <MenuItem icon={Ban} destructive onSelect={() => onOpen("revoke")}>
        {t("credentials.verb.revoke")}
      </MenuItem>
    </Menu>
  );
}

function MoveDialog({ credential, how, onClose }: { credential: CredentialListed; how: CredentialMove; onClose: () => void }) {
  const { t } = useTranslation("people");
  const [reason, setReason] = useState("");
  const isStop = how !== "resume";
  const stops = useQuery({ ...credentialStopsQuery(credential.id, isStop ? how : "pause"), enabled: isStop });
  const lately = useQuery({ ...lateCallsQuery(credential.id), enabled: isStop });
  const write = useWrite({ write: moveCredential, touches: ["admin"], onDone: onClose });
  return (
    <ConfirmDialog
      title={t(`credentials.ask.${how}`, { name: credential.name })}
      verb={t(`credentials.verb.${how}`)}
      destructive={isStop}
      busy={write.isPending}
      problem={write.problem ?? (stops.error instanceof ApiProblem ? stops.error : null)}
      onClose={onClose}
      onConfirm={() => write.mutate({ id: credential.id, how, reason: reason.trim() })}
    >
      <p>{t(`credentials.says.${how}`)}</p>
      {isStop && <UsedLately calls={lately} />}
      {isStop && (stops.data === undefined ? stops.isPending && <Skeleton className="h-5" /> : <StopsNote stops={stops.data} />)}
      <TextField label={t("grants.reason")} hint={t("credentials.reason_hint")} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
    </ConfirmDialog>
  );
}
