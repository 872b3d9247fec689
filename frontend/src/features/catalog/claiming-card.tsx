import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import type { ModelDetail } from "@/client/schema.gen";
import { Nothing } from "@/components/amounts";
import { useLimitWords } from "@/components/limit-bar";
import { ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Card, Fact, Facts } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { audienceQuery, changeModel } from "./api";

/** Whether members take a model themselves, under which limits, and how many have it. */
export function ClaimingCard({ model }: { model: ModelDetail }) {
  const { t } = useTranslation("catalog");
  const words = useLimitWords();
  const [open, setOpen] = useState(false);
  const held = useQuery(audienceQuery(model.id)).data;
  return (
    <Card
      title={t("claiming")}
      aside={
        <Button small look="quiet" onClick={() => setOpen(true)}>
          {t("change")}
        </Button>
      }
    >
      <Facts>
        <Fact label={t("claiming_may")}>{model.claimable ? t("claim.yes") : t("claim.no")}</Fact>
        <Fact label={t("claiming_limit")}>
          {model.default_limits.length === 0 ? t("no_limit") : model.default_limits.map((limit) => <span key={`${limit.metric} ${limit.window_kind}`} className="block">{words.each(limit)}</span>)}
        </Fact>
        <Fact label={t("claiming_holding")}>
          {held === undefined ? (
            <Nothing />
          ) : (
            <Link to="/admin/allocations" search={{ model: model.id }} className="text-accent-ink hover:underline">
              {t("holding", { count: held.holding })}
            </Link>
          )}
        </Fact>
      </Facts>
      {open && <ClaimingDialog model={model} onClose={() => setOpen(false)} />}
    </Card>
  );
}

function ClaimingDialog({ model, onClose }: { model: ModelDetail; onClose: () => void }) {
  const { t } = useTranslation(["catalog", "shared"]);
  const monthly = model.default_limits.find((limit) => limit.metric === "cost" && limit.window_kind === "month");
  const others = model.default_limits.filter((limit) => limit !== monthly);
  const [claimable, setClaimable] = useState(model.claimable);
  const [amount, setAmount] = useState(monthly === undefined ? "" : String(monthly.amount));
  const write = useWrite({ write: changeModel, touches: ["admin", "models"], onDone: onClose });
  const given = amount.trim();
  const fault = given === "" || /^\d{1,9}(\.\d{1,9})?$/.test(given) ? undefined : t("amount_wrong");
  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (fault !== undefined) return;
    const limits = [...others, ...(given === "" ? [] : [{ ...(monthly ?? { metric: "cost" as const, window_kind: "month" as const }), amount: given }])];
    write.mutate({ id: model.id, changes: { claimable, default_limits: limits } });
  }
  return (
    <Dialog title={t("claiming")} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        <Checkbox label={t("claiming_allow")} checked={claimable} onChange={(event) => setClaimable(event.target.checked)} />
        <TextField label={t("claiming_month")} hint={t("claiming_month_hint")} error={fault} unit={t("usd")} inputMode="decimal" value={amount} onChange={(event) => setAmount(event.target.value)} />
        {others.length > 0 && <p className="text-dense">{t("claiming_others", { count: others.length })}</p>}
        <ProblemNote problem={write.problem} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button type="submit" look="primary" busy={write.isPending}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
