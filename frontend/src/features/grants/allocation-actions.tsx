import { useQuery } from "@tanstack/react-query";
import { Ban, Ellipsis, Gauge, Lock, Pause, Play, ShieldAlert, ShieldCheck, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { AllocationShown } from "@/client/schema.gen";
import { StopsNote } from "@/components/stops";
import { IconButton } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { Menu, MenuItem, MenuLine } from "@/components/ui/menu";
import { Skeleton } from "@/components/ui/skeleton";
import { useWrite } from "@/lib/writes";
import { move, stopsQuery, type Move, type Stop } from "./api";
import { LimitsDialog } from "./limits-dialog";

const ICONS: Record<Move, LucideIcon> = { pause: Pause, resume: Play, quarantine: ShieldAlert, release: ShieldCheck, revoke: Ban, unlock: Lock };

/** What can be done to an allocation in each of its states. */
function movesOf(allocation: AllocationShown): Move[] {
  const moves: Record<AllocationShown["state"], Move[]> = {
    active: ["pause", "quarantine", "revoke"],
    paused: ["resume", "quarantine", "revoke"],
    quarantined: ["release", "revoke"],
    revoked: [],
  };
  return [...(allocation.claim_locked ? (["unlock"] as const) : []), ...moves[allocation.state]];
}

/** What an administrator can do to an allocation, in a menu; each asks for a reason and says first what stops. */
export function AllocationActions({ allocation }: { allocation: AllocationShown }) {
  const { t } = useTranslation("people");
  const [open, setOpen] = useState<Move | "limits" | null>(null);
  const moves = movesOf(allocation);
  const close = () => setOpen(null);
  if (moves.length === 0) return null;
  return (
    <>
      <Menu trigger={<IconButton icon={Ellipsis} label={t("grants.actions")} />}>
        {allocation.state !== "revoked" && (
          <MenuItem icon={Gauge} onSelect={() => setOpen("limits")}>
            {t("grants.change_limits")}
          </MenuItem>
        )}
        {moves
          .filter((how) => how !== "revoke")
          .map((how) => (
            <MenuItem key={how} icon={ICONS[how]} onSelect={() => setOpen(how)}>
              {t(`grants.verb.${how}`)}
            </MenuItem>
          ))}
        {moves.includes("revoke") && (
          <>
            <MenuLine />
            <MenuItem icon={Ban} destructive onSelect={() => setOpen("revoke")}>
              {t("grants.verb.revoke")}
            </MenuItem>
          </>
        )}
      </Menu>
      {open === "limits" && <LimitsDialog allocation={allocation} onClose={close} />}
      {open !== null && open !== "limits" && <MoveDialog allocation={allocation} how={open} onClose={close} />}
    </>
  );
}

function isStop(how: Move): how is Stop {
  return how === "pause" || how === "quarantine" || how === "revoke";
}

function MoveDialog({ allocation, how, onClose }: { allocation: AllocationShown; how: Move; onClose: () => void }) {
  const { t } = useTranslation("people");
  const [reason, setReason] = useState("");
  const stops = useQuery({ ...stopsQuery(allocation.id, isStop(how) ? how : "pause"), enabled: isStop(how) });
  const write = useWrite({ write: move, touches: ["admin"], onDone: onClose });
  return (
    <ConfirmDialog
      title={t(`grants.ask.${how}`)}
      verb={t(`grants.verb.${how}`)}
      destructive={isStop(how)}
      busy={write.isPending}
      problem={write.problem ?? (stops.error instanceof ApiProblem ? stops.error : null)}
      onClose={onClose}
      onConfirm={() => write.mutate({ id: allocation.id, how, reason: reason.trim() })}
    >
      <p>{t(`grants.says.${how}`)}</p>
      {isStop(how) && (stops.data === undefined ? stops.isPending && <Skeleton className="h-5" /> : <StopsNote stops={stops.data} />)}
      <TextField label={t("grants.reason")} hint={t("grants.reason_hint")} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
    </ConfirmDialog>
  );
}
