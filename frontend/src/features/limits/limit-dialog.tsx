import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { LimitInFull } from "@/client/schema.gen";
import { LimitBar, useLimitWords } from "@/components/limit-bar";
import { ErrorState, fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { ConfirmDialog, Dialog } from "@/components/ui/dialog";
import { Select, TextField } from "@/components/ui/field";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useWrite } from "@/lib/writes";
import { changeLimit, limitQuery, previewChange, removalQuery, removeLimit } from "./api";
import { amountOf } from "./new-limit-dialog";
import { LimitSubject } from "./limit-subject";
import { OverNote } from "./over-note";
import { RefusedSentence } from "./refused-count";

/** One limit: what is left under it, and changing it. Lowering it says first who is over it at once. */
export function LimitDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("people");
  const { data, error, refetch } = useQuery(limitQuery(id));
  if (data !== undefined) return <Loaded key={data.updated_at} limit={data} onClose={onClose} />;
  return (
    <Dialog title={t("limits.one")} onClose={onClose}>
      {error !== null ? <ErrorState what={t("limits.failed")} error={error} onRetry={() => void refetch()} /> : <SkeletonRows count={3} />}
    </Dialog>
  );
}

function Loaded({ limit, onClose }: { limit: LimitInFull; onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const words = useLimitWords();
  const [amount, setAmount] = useState(String(limit.amount));
  const [exceed, setExceed] = useState(limit.on_exceed);
  const write = useWrite({ write: changeLimit, touches: ["admin"], onDone: onClose });
  const preview = useWrite({
    write: previewChange,
    touches: [],
    onDone: (found, given) => {
      if (found.over.count === 0) write.mutate(given);
    },
  });
  const isOver = preview.data !== undefined && preview.data.over.count > 0;
  const problem = preview.problem ?? write.problem;
  const given = { id: limit.id, amount: amountOf(limit.metric, amount), on_exceed: exceed };
  return (
    <Dialog
      title={words.each({ metric: limit.metric, window_kind: limit.window_kind, amount: limit.amount })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button look={isOver ? "solid-destructive" : "primary"} busy={preview.isPending || write.isPending} onClick={() => (isOver ? write.mutate(given) : preview.mutate(given))}>
            {isOver ? t("limits.change_anyway") : t("limits.change")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <LimitSubject limit={limit} />
        {limit.left !== null && limit.left.limit !== null ? <LimitBar name={t("limits.left")} limit={limit.left} /> : <p className="text-dense">{t("limits.each_their_own")}</p>}
        <RefusedSentence id={limit.id} refused={limit.refused} />
        <ProblemNote problem={problem} fields={["amount", "on_exceed"]} />
        <TextField
          label={t("limits.amount")}
          {...(limit.metric === "cost" && { unit: "USD" })}
          inputMode="decimal"
          value={amount}
          error={fieldErrors(problem)["amount"]}
          onChange={(event) => {
            setAmount(event.target.value);
            preview.reset();
          }}
        />
        <Select
          label={t("limits.exceed")}
          value={exceed}
          onChange={(event) => {
            setExceed(event.target.value === "warn" ? "warn" : "reject");
            preview.reset();
          }}
        >
          <option value="reject">{t("limits.exceed.reject")}</option>
          <option value="warn">{t("limits.exceed.warn")}</option>
        </Select>
        {preview.data && <OverNote over={preview.data.over} />}
      </div>
    </Dialog>
  );
}

/** Asks before a limit is taken away. */
export function RemoveLimitDialog({ id, says, onClose }: { id: string; says: string; onClose: () => void }) {
  const { t } = useTranslation("people");
  const removal = useQuery(removalQuery(id));
  const write = useWrite({ write: removeLimit, touches: ["admin"], onDone: onClose });
  return (
    <ConfirmDialog
      title={t("limits.remove_ask", { limit: says })}
      verb={t("limits.remove")}
      busy={write.isPending}
      problem={write.problem ?? (removal.error instanceof ApiProblem ? removal.error : null)}
      onClose={onClose}
      onConfirm={() => write.mutate(id)}
    >
      <p>{t("limits.remove_says")}</p>
      {removal.data && removal.data.over.count > 0 && <p className="font-medium text-ink">{t("limits.remove_over", { count: removal.data.over.count })}</p>}
    </ConfirmDialog>
  );
}
