import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { LimitSet } from "@/client/schema.gen";
import type { Choice } from "@/components/picker";
import { MemberPicker, TagPicker } from "@/components/pickers";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Select, TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { previewSet, setLimit } from "./api";
import { METRICS, WINDOWS } from "./asked";
import { OverNote } from "./over-note";

const SUBJECTS = ["global", "tag", "member"] as const;
const FIELDS = ["amount", "metric", "window_kind", "window_s", "subject_id", "partition_by", "on_exceed"];

/** What was typed as an amount of a metric, as the API takes it. What is no number is left for the API to refuse. */
export function amountOf(metric: LimitSet["metric"], typed: string): string | number {
  const plain = typed.replaceAll(/[\s,_]/g, "");
  return metric === "cost" || !/^\d+$/.test(plain) ? plain : Number(plain);
}

/** Sets a limit for everybody, a tag or a member. Those of an allocation or a credential are set where they are. */
export function NewLimitDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const [kind, setKind] = useState<(typeof SUBJECTS)[number]>("member");
  const [subject, setSubject] = useState<Choice | null>(null);
  const [metric, setMetric] = useState<LimitSet["metric"]>("cost");
  const [window, setWindow] = useState<LimitSet["window_kind"]>("month");
  const [seconds, setSeconds] = useState("60");
  const [amount, setAmount] = useState("");
  const [each, setEach] = useState<"subject" | "member" | "credential">("subject");
  const [exceed, setExceed] = useState<"reject" | "warn">("reject");
  const write = useWrite({ write: setLimit, touches: ["admin"], onDone: onClose });
  const preview = useWrite({
    write: previewSet,
    touches: [],
    onDone: (found, given) => {
      if (found.over.count === 0) write.mutate(given);
    },
  });
  const isOver = preview.data !== undefined && preview.data.over.count > 0;
  const problem = preview.problem ?? write.problem;
  const errors = fieldErrors(problem);
  const windows = metric === "concurrency" ? (["request"] as const) : WINDOWS;
  const windowKind = metric === "concurrency" ? "request" : window;
  const given: LimitSet = {
    subject_kind: kind,
    subject_id: kind === "global" ? null : (subject?.id ?? null),
    metric,
    window_kind: windowKind,
    window_s: windowKind === "sliding" ? Number(seconds) : null,
    amount: amountOf(metric, amount),
    partition_by: each,
    on_exceed: exceed,
  };
  const edited = <Value,>(set: (value: Value) => void) => (value: Value) => {
    set(value);
    preview.reset();
  };
  const changed = <Value extends string>(choices: readonly Value[], set: (value: Value) => void) => (event: { target: { value: string } }) => {
    const found = choices.find((choice) => choice === event.target.value);
    if (found !== undefined) edited(set)(found);
  };
  return (
    <Dialog
      wide
      title={t("limits.new")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button
            look={isOver ? "solid-destructive" : "primary"}
            disabled={amount.trim() === "" || (kind !== "global" && subject === null)}
            busy={preview.isPending || write.isPending}
            onClick={() => (isOver ? write.mutate(given) : preview.mutate(given))}
          >
            {isOver ? t("limits.set_anyway") : t("limits.set")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <ProblemNote problem={problem} fields={FIELDS} />
        <div className="grid gap-4 md:grid-cols-2">
          <Select
            label={t("limits.subject")}
            value={kind}
            onChange={(event) => {
              setSubject(null);
              setEach("subject");
              changed(SUBJECTS, setKind)(event);
            }}
          >
            {SUBJECTS.map((value) => (
              <option key={value} value={value}>
                {t(`limits.subject.${value}`)}
              </option>
            ))}
          </Select>
          {kind === "member" && <MemberPicker label={t("column.member")} value={subject} onPick={edited(setSubject)} error={errors["subject_id"]} />}
          {kind === "tag" && <TagPicker label={t("column.tag")} value={subject} onPick={edited(setSubject)} error={errors["subject_id"]} />}
        </div>
        <div className="grid gap-4 md:grid-cols-2">
          <Select label={t("limits.metric")} value={metric} error={errors["metric"]} onChange={changed(METRICS, setMetric)}>
            {METRICS.map((value) => (
              <option key={value} value={value}>
                {t(`limits.metric.${value}`)}
              </option>
            ))}
          </Select>
          <TextField label={t("limits.amount")} {...(metric === "cost" && { unit: "USD" })} inputMode="decimal" required error={errors["amount"]} value={amount} onChange={(event) => edited(setAmount)(event.target.value)} />
          <Select label={t("limits.window")} value={windowKind} error={errors["window_kind"]} onChange={changed(windows, setWindow)}>
            {windows.map((value) => (
              <option key={value} value={value}>
                {t(`limits.window.${value}`)}
              </option>
            ))}
          </Select>
          {windowKind === "sliding" && (
            <TextField label={t("limits.seconds")} inputMode="numeric" pattern="[0-9]+" error={errors["window_s"]} value={seconds} onChange={(event) => edited(setSeconds)(event.target.value)} />
          )}
          {kind !== "member" && (
            <Select label={t("limits.each")} value={each} error={errors["partition_by"]} onChange={changed(["subject", "member", "credential"] as const, setEach)}>
              <option value="subject">{t("limits.each.subject")}</option>
              <option value="member">{t("limits.each.member")}</option>
              <option value="credential">{t("limits.each.credential")}</option>
            </Select>
          )}
          <Select label={t("limits.exceed")} value={exceed} error={errors["on_exceed"]} onChange={changed(["reject", "warn"] as const, setExceed)}>
            <option value="reject">{t("limits.exceed.reject")}</option>
            <option value="warn">{t("limits.exceed.warn")}</option>
          </Select>
        </div>
        {preview.data && <OverNote over={preview.data.over} />}
      </div>
    </Dialog>
  );
}
