import { useState } from "react";
import { useTranslation } from "react-i18next";

import { BulkDialog, type Named } from "@/components/bulk-dialog";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { inPool } from "@/lib/in-pool";
import { useWrite } from "@/lib/writes";
import { changeLimits, previewLimits } from "./api";
import { limitsOf, MonthlyFields } from "./monthly-fields";

/** Sets the monthly limits of many allocations anew. How many of them would stand over it is said before. */
export function LimitsManyDialog({ rows, left, onClose }: { rows: readonly Named[]; left: number; onClose: (isDone: boolean) => void }) {
  const { t } = useTranslation("people");
  const [typed, setTyped] = useState({ cost: "", tokens: "" });
  const limits = limitsOf(typed);
  const preview = useWrite({
    write: async () => (await inPool(rows, ({ id }) => previewLimits({ id, limits }))).filter((found) => found.over.count > 0).length,
    touches: [],
  });
  const over = preview.data;
  return (
    <BulkDialog
      wide
      destructive={over !== undefined && over > 0}
      title={t("grants.ask_many.limits", { count: rows.length })}
      verb={over !== undefined && over > 0 ? t("grants.change_anyway") : t("grants.change")}
      rows={rows}
      ready={over !== undefined}
      act={(id) => changeLimits({ id, limits })}
      touches={["admin"]}
      onClose={onClose}
    >
      <p>{t("grants.limits_many_says")}</p>
      <ProblemNote problem={preview.problem} fields={["monthly_cost_usd", "monthly_tokens"]} />
      <MonthlyFields
        typed={typed}
        onType={(next) => {
          setTyped(next);
          preview.reset();
        }}
        errors={fieldErrors(preview.problem)}
      />
      {over === undefined ? (
        <Button className="self-start" busy={preview.isPending} onClick={() => preview.mutate(undefined)}>
          {t("grants.preview")}
        </Button>
      ) : (
        <p role="status" className={over > 0 ? "rounded-card border border-warn-line bg-warn-soft px-3.5 py-2.5 text-dense text-warn-ink" : "text-dense"}>
          {t("grants.over_many", { count: over })}
        </p>
      )}
      {left > 0 && <p>{t("grants.others_left", { count: left })}</p>}
    </BulkDialog>
  );
}
