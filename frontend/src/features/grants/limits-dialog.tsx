import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { AllocationShown } from "@/client/schema.gen";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { useWrite } from "@/lib/writes";
import { changeLimits, previewLimits } from "./api";
import { limitsOf, MonthlyFields } from "./monthly-fields";

/** Changes an allocation's monthly limits. Where they would stop it at once, that is said before. */
export function LimitsDialog({ allocation, onClose }: { allocation: AllocationShown; onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const [typed, setTyped] = useState({ cost: allocation.monthly_cost_usd ?? "", tokens: allocation.monthly_tokens?.toString() ?? "" });
  const write = useWrite({ write: changeLimits, touches: ["admin"], onDone: onClose });
  const preview = useWrite({
    write: previewLimits,
    touches: [],
    onDone: (found, given) => {
      if (found.over.count === 0) write.mutate(given);
    },
  });
  const isOver = preview.data !== undefined && preview.data.over.count > 0;
  const given = { id: allocation.id, limits: limitsOf(typed) };
  const problem = preview.problem ?? write.problem;
  return (
    <Dialog
      wide
      title={t("grants.change_title")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button look={isOver ? "solid-destructive" : "primary"} busy={preview.isPending || write.isPending} onClick={() => (isOver ? write.mutate(given) : preview.mutate(given))}>
            {isOver ? t("grants.change_anyway") : t("grants.change")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <ProblemNote problem={problem} fields={["monthly_cost_usd", "monthly_tokens"]} />
        <MonthlyFields
          typed={typed}
          onType={(next) => {
            setTyped(next);
            preview.reset();
          }}
          errors={fieldErrors(problem)}
        />
        {isOver && (
          <p role="alert" className="rounded-card border border-warn-line bg-warn-soft px-3.5 py-2.5 text-dense text-warn-ink">
            {t("grants.over")}
          </p>
        )}
      </div>
    </Dialog>
  );
}
