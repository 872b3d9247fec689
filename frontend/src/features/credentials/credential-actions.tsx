import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ban, Ellipsis, Pause, Play, RefreshCw, Wrench } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { MyCredentialShown } from "@/client/schema.gen";
import { UsedLately } from "@/components/calls/used-lately";
import { ProblemNote, useProblemText } from "@/components/problem";
import { Button, IconButton } from "@/components/ui/button";
import { ConfirmDialog, Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/field";
import { Menu, MenuItem, MenuLine } from "@/components/ui/menu";
import { Skeleton } from "@/components/ui/skeleton";
import { useToast } from "@/components/ui/toast";
import { useFormat } from "@/lib/format";
import { useWrite } from "@/lib/writes";
import { keepSecret } from "@/session/secrets";
import { ApiProblem } from "@/client/problem";
import { lateCallsQuery, resume, rotate, stop, stopsQuery, type Stop } from "./api";

type Open = Stop | "rotate" | null;

/** What can be done to a credential: from a list, a menu; `buttons` on its own page. */
export function CredentialActions({ credential, buttons = false }: { credential: MyCredentialShown; buttons?: boolean }) {
  const { t } = useTranslation("credentials");
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open>(null);
  const say = useProblemText();
  const toast = useToast();
  const resuming = useWrite({ write: resume, touches: ["credentials"], onDone: () => toast(t("resumed", { name: credential.name })) });
  const isLive = credential.state === "active" || credential.state === "paused";
  const doResume = () => resuming.mutate(credential.id, { onError: (problem) => toast(say(problem)) });
  const dialogs = (
    <>
      {open === "rotate" && <RotateDialog credential={credential} onClose={() => setOpen(null)} />}
      {(open === "pause" || open === "revoke") && <StopDialog credential={credential} how={open} onClose={() => setOpen(null)} />}
    </>
  );
  if (buttons) {
    return (
      <>
        <div className="flex flex-wrap gap-2">
          {isLive && (
            <Button small icon={RefreshCw} onClick={() => setOpen("rotate")}>
              {t("rotate.verb")}
            </Button>
          )}
          {credential.state === "active" && (
            <Button small icon={Pause} onClick={() => setOpen("pause")}>
              {t("verb.pause")}
            </Button>
          )}
          {credential.state === "paused" && (
            <Button small icon={Play} busy={resuming.isPending} onClick={doResume}>
              {t("resume")}
            </Button>
          )}
          {credential.state !== "revoked" && (
            <Button small look="destructive" icon={Ban} onClick={() => setOpen("revoke")}>
              {t("verb.revoke")}
            </Button>
          )}
        </div>
        <ProblemNote problem={resuming.problem} />
        {dialogs}
      </>
    );
  }
  if (credential.state === "revoked") return null;
  return (
    <>
      <Menu trigger={<IconButton icon={Ellipsis} label={t("actions_of", { name: credential.name })} />}>
        <MenuItem icon={Wrench} onSelect={() => void navigate({ to: "/credentials/$id/set-up", params: { id: credential.id } })}>
          {t("set_up.verb")}
        </MenuItem>
        {isLive && (
          <MenuItem icon={RefreshCw} onSelect={() => setOpen("rotate")}>
            {t("rotate.verb")}
          </MenuItem>
        )}
        {credential.state === "active" && (
          <MenuItem icon={Pause} onSelect={() => setOpen("pause")}>
            {t("verb.pause")}
          </MenuItem>
        )}
        {credential.state === "paused" && (
          <MenuItem icon={Play} onSelect={doResume}>
            {t("resume")}
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem icon={Ban} destructive onSelect={() => setOpen("revoke")}>
          {t("verb.revoke")}
        </MenuItem>
      </Menu>
      {dialogs}
    </>
  );
}

function StopDialog({ credential, how, onClose }: { credential: MyCredentialShown; how: Stop; onClose: () => void }) {
  const { t } = useTranslation("credentials");
  const toast = useToast();
  const format = useFormat();
  const stops = useQuery(stopsQuery(credential.id, how));
  const lately = useQuery(lateCallsQuery(credential.id));
  const undo = useWrite({ write: resume, touches: ["credentials"] });
  const write = useWrite({
    write: stop,
    touches: ["credentials"],
    onDone: () => {
      onClose();
      if (how === "pause") toast(t("paused", { name: credential.name }), () => undo.mutate(credential.id));
      else toast(t("revoked", { name: credential.name }));
    },
  });
  return (
    <ConfirmDialog
      title={t(`ask.${how}`, { name: credential.name })}
      verb={t(`verb.${how}`)}
      busy={write.isPending}
      problem={write.problem ?? (stops.error instanceof ApiProblem ? stops.error : null)}
      onClose={onClose}
      onConfirm={() => write.mutate({ id: credential.id, how })}
    >
      <p>{t(`says.${how}`)}</p>
      <UsedLately calls={lately} />
      {stops.data === undefined ? (
        stops.isPending && <Skeleton className="h-5" />
      ) : (
        <p className="font-medium text-ink">
          {credential.last_used_at === null
            ? t("stops_unused")
            : t("stops_used", { when: format.ago(credential.last_used_at), client: credential.last_client ?? t("stops_somebody") })}{" "}
          {t("stops", { calls: stops.data.open_calls })}
        </p>
      )}
    </ConfirmDialog>
  );
}

const OVERLAPS_S = [0, 3_600, 86_400] as const;

function RotateDialog({ credential, onClose }: { credential: MyCredentialShown; onClose: () => void }) {
  const { t } = useTranslation(["credentials", "shared"]);
  const navigate = useNavigate();
  const [overlapS, setOverlapS] = useState<number>(OVERLAPS_S[2]);
  const write = useWrite({
    write: rotate,
    touches: ["credentials"],
    onDone: (made) => {
      keepSecret(made.id, made.secret);
      onClose();
      void navigate({ to: "/credentials/$id/set-up", params: { id: made.id } });
    },
  });
  return (
    <Dialog
      title={t("rotate.ask", { name: credential.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button look="primary" busy={write.isPending} onClick={() => write.mutate({ id: credential.id, overlapS })}>
            {t("rotate.verb")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p>{t("rotate.says")}</p>
        <Select label={t("rotate.overlap")} value={overlapS} onChange={(event) => setOverlapS(Number(event.target.value))}>
          {OVERLAPS_S.map((each) => (
            <option key={each} value={each}>
              {each === 0 ? t("rotate.at_once") : t("rotate.hours", { count: each / 3_600 })}
            </option>
          ))}
        </Select>
        <ProblemNote problem={write.problem} />
      </div>
    </Dialog>
  );
}
