import { clsx } from "clsx";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/page";
import { Card } from "@/components/ui/card";
import { useMe } from "@/session/me";

/** One of the steps to a first call. `says` is what was done, or is to do; `content` is shown while it is the open one. */
export interface Step {
  done: boolean;
  title: string;
  says: ReactNode;
  aside?: ReactNode;
  content: ReactNode;
}

/** Home before the first call: the steps to it, of which exactly one is open, and what to know meanwhile. */
export function Newcomer({ steps, beside }: { steps: readonly Step[]; beside?: ReactNode }) {
  const { t } = useTranslation("home");
  const me = useMe();
  const open = steps.findIndex((step) => !step.done);
  const done = steps.filter((step) => step.done).length;
  return (
    <Page title={t("new.welcome", { name: me.display_name.split(" ")[0] ?? "" })} says={t("new.progress", { done, count: steps.length })}>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_344px]">
        <div className="flex flex-col gap-3">
          <Card flush>
            <ol className="divide-y divide-line">
              {steps.map((step, index) => (
                <li key={step.title} aria-current={index === open ? "step" : undefined} className="flex gap-3.5 px-4 py-4 md:px-5">
                  <StepMark done={step.done} open={index === open} number={index + 1} />
                  <div className="min-w-0 grow">
                    <div className="flex items-start justify-between gap-3">
                      <div className="min-w-0">
                        <h2 className="text-heading">{step.title}</h2>
                        <div className="text-dense text-ink-2">{step.says}</div>
                      </div>
                      {step.aside !== undefined && <div className="shrink-0 text-dense">{step.aside}</div>}
                    </div>
                    {index === open && <div className="mt-3">{step.content}</div>}
                  </div>
                </li>
              ))}
            </ol>
          </Card>
          <Card flush title={t("new.meanwhile")}>
            <div className="grid divide-line md:grid-cols-3 md:divide-x phone:divide-y">
              {(["cost", "limit", "prompts"] as const).map((each) => (
                <div key={each} className="px-4 py-3.5 text-dense">
                  <h3 className="font-medium">{t(`new.${each}`)}</h3>
                  <p className="mt-1 text-ink-2">{t(`new.${each}_says`)}</p>
                </div>
              ))}
            </div>
          </Card>
        </div>
        {beside}
      </div>
    </Page>
  );
}

function StepMark({ done, open, number }: { done: boolean; open: boolean; number: number }) {
  const { t } = useTranslation("home");
  return (
    <span
      className={clsx(
        "mt-px flex size-[22px] shrink-0 items-center justify-center rounded-full text-small font-semibold",
        done ? "bg-ok-soft text-ok-ink" : open ? "bg-accent text-on-accent" : "bg-hover text-ink-3",
      )}
    >
      {done ? <Check aria-label={t("new.done")} size={13} strokeWidth={2.5} /> : number}
    </span>
  );
}
