import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { Check, Minus, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Explained } from "@/client/schema.gen";
import { ProblemNote, useProblemText } from "@/components/problem";
import { PreviewNote } from "@/components/stops";
import { Button } from "@/components/ui/button";
import { useWrite } from "@/lib/writes";
import { effectQuery, mend } from "./explain-api";
import { hasEffect, isReady, type Repair } from "./repairs";

const LOOKS = {
  ok: ["bg-ok-soft text-ok-ink", Check],
  refuses: ["bg-bad-soft text-bad-ink", X],
  would_be_ok: ["bg-hover text-ink-3", Check],
  would_refuse: ["bg-warn-soft text-warn-ink", X],
  not_known: ["bg-hover text-ink-3", Minus],
} as const;

/** Every check of a call in the order in which they take effect; what refuses opens its repairs. */
export function ReasonChain({ explained }: { explained: Explained }) {
  const { t } = useTranslation("people");
  const told = useProblemText();
  return (
    <ol className="flex flex-col">
      {explained.steps.map((step, index) => {
        const [look, Icon] = LOOKS[step.result];
        const isLast = index === explained.steps.length - 1;
        return (
          <li key={step.check} className="relative flex gap-3 pb-3.5 last:pb-0">
            {!isLast && <span aria-hidden className="absolute top-6 bottom-0 left-[10px] w-px bg-line" />}
            <span className={clsx("flex size-[21px] shrink-0 items-center justify-center rounded-full", look)}>
              <Icon aria-hidden size={13} strokeWidth={2} />
            </span>
            <div className="flex min-w-0 grow flex-col gap-1 text-dense">
              <p className={clsx("font-medium", step.result === "not_known" || step.result === "would_be_ok" ? "text-ink-2" : "text-ink")}>
                {t(`check.${step.check}`)} <span className="sr-only">{t(`result.${step.result}`)}</span>
              </p>
              {step.result === "would_refuse" && (
                <p className="text-ink-2">
                  <span className="text-warn-ink">{t("result.would_refuse")}. </span>
                  {told({ code: step.code, detail: step.words, status: 0 })}
                </p>
              )}
              {step.result === "not_known" && <p className="text-ink-3">{t("result.not_known")}</p>}
              {step.repairs.map((repair, at) => (
                <RepairBox key={JSON.stringify(repair)} repair={repair} isFirst={at === 0 && step.result === "refuses"} />
              ))}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function RepairBox({ repair, isFirst }: { repair: Repair; isFirst: boolean }) {
  const { t } = useTranslation("people");
  const effect = useQuery({ ...effectQuery(repair), enabled: hasEffect(repair) });
  // What is mended is asked for again, so the chain runs anew in place.
  const write = useWrite({ write: mend, touches: ["admin"] });
  const amount = amountOf(repair);
  return (
    <div className="mt-1 flex flex-col gap-2 rounded-card border border-line bg-sunken p-3">
      <p className="text-ink">{t(`repair_says.${repair.kind}`, namedBy(repair))}</p>
      {effect.data && <PreviewNote preview={effect.data} />}
      {amount !== null && <p className="text-ink-3">{t("explain.new_amount", { amount })}</p>}
      <ProblemNote problem={write.problem} />
      {isReady(repair) ? (
        <Button small look={isFirst ? "primary" : "default"} className="self-start" busy={write.isPending} onClick={() => write.mutate(repair)}>
          {t(`repair.${verbOf(repair)}`, { tag: repair.tag ?? "" })}
        </Button>
      ) : (
        <p className="text-ink-3">{t("explain.by_hand")}</p>
      )}
    </div>
  );
}

function namedBy(repair: Repair) {
  return { tag: repair.tag ?? "", provider_key: repair.provider_key ?? "", models: (repair.models ?? []).join(" / "), count: repair.count ?? 0 };
}

function amountOf(repair: Repair): string | null {
  const amount = repair.body?.["amount"];
  return typeof amount === "string" || typeof amount === "number" ? String(amount) : null;
}

function verbOf(repair: Repair) {
  const path = repair.path ?? "";
  if (path.endsWith("/policy")) return repair.body?.["denied_tag_ids"] !== undefined ? "not_denied" : "policy";
  if (path.endsWith("/members/remove")) return "take_tag";
  if (path.endsWith("/members")) return "give_tag";
  if (path.endsWith("/enable")) return "enable";
  if (path.endsWith("/resume")) return "resume";
  if (path.endsWith("/release")) return "release";
  if (path.endsWith("/unarchive")) return "unarchive";
  if (path.endsWith("/allocations")) return "grant";
  if (repair.method === "DELETE") return "remove_limit";
  return path.includes("/limits/") ? "raise_limit" : "apply";
}
