import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Choice } from "@/components/picker";
import { MemberPicker, ModelPicker } from "@/components/pickers";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { useWrite } from "@/lib/writes";
import { grant } from "./api";
import { limitsOf, MonthlyFields } from "./monthly-fields";

const FIELDS = ["member_id", "model_id", "monthly_cost_usd", "monthly_tokens"];

/** Gives a member a model, under limits of its own. `member` is fixed where the page is about one. */
export function GrantDialog({ member: fixed, onClose }: { member?: Choice; onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const toast = useToast();
  const [member, setMember] = useState<Choice | null>(fixed ?? null);
  const [model, setModel] = useState<Choice | null>(null);
  const [typed, setTyped] = useState({ cost: "", tokens: "" });
  const write = useWrite({
    write: grant,
    touches: ["admin"],
    onDone: () => {
      toast(t("grants.granted", { model: model?.name ?? "", name: member?.name ?? "" }));
      onClose();
    },
  });
  const errors = fieldErrors(write.problem);
  return (
    <Dialog
      wide
      title={fixed === undefined ? t("grants.grant_title") : t("grants.grant_to", { name: fixed.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button
            look="primary"
            busy={write.isPending}
            disabled={member === null || model === null}
            onClick={() => {
              if (member !== null && model !== null) write.mutate({ member_id: member.id, model_id: model.id, ...limitsOf(typed) });
            }}
          >
            {t("grants.grant")}
          </Button>
        </>
      }
    >
      <div className="flex min-h-72 flex-col gap-4">
        <p>{t("grants.grant_says")}</p>
        <ProblemNote problem={write.problem} fields={FIELDS} />
        {fixed === undefined && <MemberPicker label={t("column.member")} value={member} onPick={setMember} error={errors["member_id"]} />}
        <ModelPicker label={t("column.model")} value={model} onPick={setModel} error={errors["model_id"]} />
        <MonthlyFields typed={typed} onType={setTyped} errors={errors} />
      </div>
    </Dialog>
  );
}
