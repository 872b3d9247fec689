import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { memberQuery } from "@/client/names";
import type { MemberShown } from "@/client/schema.gen";
import type { Choice } from "@/components/picker";
import { MemberPicker } from "@/components/pickers";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Select, TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { changeMember } from "./api";

const ROLES = ["member", "admin", "owner"] as const;

/** Changes a member's name and role, and of a service account who answers for it. */
export function ChangeMemberDialog({ member, onClose }: { member: MemberShown; onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const [name, setName] = useState(member.display_name);
  const [role, setRole] = useState(member.role);
  const answering = useQuery({ ...memberQuery(member.responsible_member_id ?? ""), enabled: member.responsible_member_id !== null }).data;
  const [picked, setPicked] = useState<Choice | null | undefined>(undefined);
  const before = member.responsible_member_id === null ? null : { id: member.responsible_member_id, name: answering?.display_name ?? member.responsible_member_id };
  const answers = picked === undefined ? before : picked;
  const write = useWrite({ write: changeMember, touches: ["admin"], onDone: onClose });
  const errors = fieldErrors(write.problem);
  return (
    <Dialog
      title={t("member.change_title", { name: member.display_name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button
            look="primary"
            busy={write.isPending}
            onClick={() =>
              write.mutate({
                id: member.id,
                change: {
                  ...(name !== member.display_name && { display_name: name }),
                  ...(role !== member.role && { role }),
                  ...(answers !== null && answers.id !== member.responsible_member_id && { responsible_member_id: answers.id }),
                },
              })
            }
          >
            {t("member.save")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <ProblemNote problem={write.problem} fields={["display_name", "role", "responsible_member_id"]} />
        <TextField label={t("column.name")} value={name} error={errors["display_name"]} onChange={(event) => setName(event.target.value)} />
        {member.kind === "person" ? (
          <Select label={t("column.role")} hint={t("invite.role_hint")} value={role} error={errors["role"]} onChange={(event) => setRole(ROLES.find((each) => each === event.target.value) ?? member.role)}>
            {ROLES.map((each) => (
              <option key={each} value={each}>
                {t(`shared:role.${each}`)}
              </option>
            ))}
          </Select>
        ) : (
          <MemberPicker label={t("service.answers")} value={answers} onPick={setPicked} error={errors["responsible_member_id"]} />
        )}
      </div>
    </Dialog>
  );
}
