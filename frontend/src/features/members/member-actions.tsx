import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ban, Ellipsis, KeyRound, Mail, Pencil, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { MemberShown } from "@/client/schema.gen";
import { ProblemNote, useProblemText } from "@/components/problem";
import { StopsNote } from "@/components/stops";
import { Button, IconButton } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/dialog";
import { Select, TextField } from "@/components/ui/field";
import { Menu, MenuItem, MenuLine } from "@/components/ui/menu";
import { Skeleton } from "@/components/ui/skeleton";
import { useToast } from "@/components/ui/toast";
import { useWrite } from "@/lib/writes";
import { enableMember, endingQuery, endMember, type Ending } from "./api";
import { ChangeMemberDialog } from "./change-member-dialog";
import { LinkDialog } from "./link-dialog";

type Open = Ending | "change" | "invitation" | "reset" | null;

/** What can be done to a member: disable or enable beside the name, the rest in a menu. */
export function MemberActions({ member }: { member: MemberShown }) {
  const { t } = useTranslation("people");
  const say = useProblemText();
  const toast = useToast();
  const [open, setOpen] = useState<Open>(null);
  const enable = useWrite({ write: enableMember, touches: ["admin"] });
  const close = () => setOpen(null);
  return (
    <>
      {member.status === "active" ? (
        <Button look="destructive" icon={Ban} onClick={() => setOpen("disable")}>
          {t("member.disable")}
        </Button>
      ) : (
        <Button icon={Play} busy={enable.isPending} onClick={() => enable.mutate(member.id, { onError: (problem) => toast(say(problem)) })}>
          {t("member.enable")}
        </Button>
      )}
      <Menu trigger={<IconButton icon={Ellipsis} label={t("member.more")} className="size-[34px]" />}>
        <MenuItem icon={Pencil} onSelect={() => setOpen("change")}>
          {t("member.change")}
        </MenuItem>
        {member.kind === "person" && (
          <>
            <MenuItem icon={Mail} onSelect={() => setOpen("invitation")}>
              {t("member.invite")}
            </MenuItem>
            <MenuItem icon={KeyRound} onSelect={() => setOpen("reset")}>
              {t("member.reset")}
            </MenuItem>
          </>
        )}
        <MenuLine />
        <MenuItem icon={Trash2} destructive onSelect={() => setOpen("delete")}>
          {t("member.delete")}
        </MenuItem>
      </Menu>
      {enable.problem && <ProblemNote problem={enable.problem} />}
      {open === "change" && <ChangeMemberDialog member={member} onClose={close} />}
      {(open === "invitation" || open === "reset") && <LinkDialog member={member} kind={open} onClose={close} />}
      {(open === "disable" || open === "delete") && <EndDialog member={member} how={open} onClose={close} />}
    </>
  );
}

function EndDialog({ member, how, onClose }: { member: MemberShown; how: Ending; onClose: () => void }) {
  const { t } = useTranslation("people");
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [services, setServices] = useState<"keep" | "disable">("keep");
  const stops = useQuery(endingQuery(member.id, how));
  const answersFor = stops.data?.service_accounts.count ?? 0;
  const write = useWrite({
    write: async (given: Parameters<typeof endMember>[0]) => {
      await endMember(given);
      // The page of somebody who is gone is left before it is read anew.
      if (given.how === "delete") await navigate({ to: "/admin/members" });
    },
    touches: ["admin"],
    onDone: onClose,
  });
  const isNamed = how === "disable" || typed.trim() === member.identifier;
  return (
    <ConfirmDialog
      title={t(`member.ask.${how}`, { name: member.display_name })}
      verb={t(`member.${how}`)}
      busy={write.isPending}
      problem={write.problem ?? (stops.error instanceof ApiProblem ? stops.error : null)}
      onClose={onClose}
      onConfirm={() => {
        if (isNamed) write.mutate({ id: member.id, how, services: answersFor > 0 ? services : null });
      }}
    >
      <p>{t(`member.says.${how}`)}</p>
      {stops.data === undefined ? stops.isPending && <Skeleton className="h-5" /> : <StopsNote stops={stops.data} />}
      {how === "disable" && answersFor > 0 && (
        <Select label={t("member.services")} value={services} onChange={(event) => setServices(event.target.value === "disable" ? "disable" : "keep")}>
          <option value="keep">{t("member.services.keep")}</option>
          <option value="disable">{t("member.services.disable")}</option>
        </Select>
      )}
      {how === "delete" && <TextField label={t("member.type_name", { identifier: member.identifier })} autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />}
    </ConfirmDialog>
  );
}
