import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Choice } from "@/components/picker";
import { MemberPicker } from "@/components/pickers";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { createMember } from "./api";

/** Makes an account for a program, with somebody who answers for it. */
export function ServiceAccountDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const navigate = useNavigate();
  const [identifier, setIdentifier] = useState("");
  const [name, setName] = useState("");
  const [answers, setAnswers] = useState<Choice | null>(null);
  const write = useWrite({
    write: createMember,
    touches: ["admin"],
    onDone: (made) => {
      onClose();
      void navigate({ to: "/admin/members/$id", params: { id: made.id } });
    },
  });
  const errors = fieldErrors(write.problem);
  return (
    <Dialog
      title={t("service.new")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button
            look="primary"
            busy={write.isPending}
            disabled={answers === null || identifier.trim() === ""}
            onClick={() => write.mutate({ kind: "service", identifier: identifier.trim(), display_name: name.trim() || identifier.trim(), responsible_member_id: answers?.id ?? null })}
          >
            {t("service.create")}
          </Button>
        </>
      }
    >
      <div className="flex min-h-80 flex-col gap-4">
        <p>{t("service.says")}</p>
        <ProblemNote problem={write.problem} fields={["identifier", "display_name", "responsible_member_id"]} />
        <TextField label={t("service.identifier")} required value={identifier} error={errors["identifier"]} onChange={(event) => setIdentifier(event.target.value)} />
        <TextField label={t("column.name")} value={name} error={errors["display_name"]} onChange={(event) => setName(event.target.value)} />
        <MemberPicker label={t("service.answers")} value={answers} onPick={setAnswers} error={errors["responsible_member_id"]} />
      </div>
    </Dialog>
  );
}
