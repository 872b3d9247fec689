import { useState } from "react";
import { useTranslation } from "react-i18next";

import { BulkDialog, type Named } from "@/components/bulk-dialog";
import type { Choice } from "@/components/picker";
import { ModelPicker } from "@/components/pickers";
import { grant } from "./api";
import { limitsOf, MonthlyFields } from "./monthly-fields";

/** Gives many members a model, each under limits of their own. */
export function GrantManyDialog({ members, onClose }: { members: readonly Named[]; onClose: () => void }) {
  const { t } = useTranslation("people");
  const [model, setModel] = useState<Choice | null>(null);
  const [typed, setTyped] = useState({ cost: "", tokens: "" });
  return (
    <BulkDialog
      wide
      title={t("grants.grant_to", { name: t("members.selected", { count: members.length }) })}
      verb={t("grants.grant")}
      rows={members}
      ready={model !== null}
      act={(id) => grant({ member_id: id, model_id: model?.id ?? "", ...limitsOf(typed) })}
      touches={["admin"]}
      onClose={onClose}
    >
      <div className="flex min-h-72 flex-col gap-4">
        <p>{t("grants.grant_many_says")}</p>
        <ModelPicker label={t("column.model")} value={model} onPick={setModel} />
        <MonthlyFields typed={typed} onType={setTyped} errors={{}} />
      </div>
    </BulkDialog>
  );
}
