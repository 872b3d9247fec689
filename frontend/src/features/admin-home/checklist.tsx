import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";

import { ErrorState } from "@/components/problem";
import { Button, buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useSetting } from "@/lib/settings";
import { setUpQuery, type SetUp } from "./api";

// Where each step is done; mail is set by who runs the gateway, so it has no page.
const STEPS: readonly ({ name: Exclude<keyof SetUp, "mail">; to: string } | { name: "mail"; to: null })[] = [
  { name: "provider", to: "/admin/provider-keys" },
  { name: "model", to: "/admin/models" },
  { name: "price", to: "/admin/models" },
  { name: "member", to: "/admin/members/invite" },
  { name: "mail", to: null },
];

/** What is left to set up, the next step first; gone once all is done, or when it was skipped in this browser. */
export function Checklist() {
  const { t } = useTranslation("admin");
  const [kept, keep] = useSetting("checklist");
  const { data, error, refetch } = useQuery({ ...setUpQuery, enabled: kept !== "skipped" });
  if (kept === "skipped") return null;
  if (data !== undefined && STEPS.every((step) => data[step.name])) return null;
  const next = STEPS.find((step) => data !== undefined && !data[step.name] && step.to !== null);
  const done = data === undefined ? 0 : STEPS.filter((step) => data[step.name]).length;
  return (
    <Card
      flush
      title={t("setup.title")}
      aside={
        <span className="flex items-center gap-3">
          {data !== undefined && t("setup.done_of", { done, all: STEPS.length })}
          <Button small look="quiet" onClick={() => keep("skipped")}>
            {t("setup.skip")}
          </Button>
        </span>
      }
    >
      {data === undefined ? (
        error !== null ? (
          <ErrorState what={t("setup.failed")} error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows count={5} rowClass="h-14" />
        )
      ) : (
        <ol className="divide-y divide-line">
          {STEPS.map((step, index) => {
            const isDone = data[step.name];
            return (
              <li key={step.name} className="flex items-center gap-3 px-4 py-3">
                <span
                  aria-hidden
                  className={clsx("flex size-[22px] shrink-0 items-center justify-center rounded-full text-small font-semibold", isDone ? "bg-ok-soft text-ok-ink" : step === next ? "bg-accent text-on-accent" : "bg-hover text-ink-2")}
                >
                  {isDone ? <Check size={13} strokeWidth={2} /> : index + 1}
                </span>
                <div className="min-w-0 grow">
                  <p className={clsx("text-body font-medium", isDone && "text-ink-2")}>
                    {t(`setup.${step.name}`)} {isDone && <span className="sr-only">{t("setup.is_done")}</span>}
                  </p>
                  {!isDone && <p className="text-dense text-ink-2">{t(`setup.${step.name}_says`)}</p>}
                </div>
                {!isDone && step.to !== null && (
                  <Link to={step.to} className={buttonClass(step === next ? "primary" : "default", true)}>
                    {t(`setup.${step.name}_verb`)}
                  </Link>
                )}
              </li>
            );
          })}
        </ol>
      )}
    </Card>
  );
}
