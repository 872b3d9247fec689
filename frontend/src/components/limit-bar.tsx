import { clsx } from "clsx";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { formatUsd } from "@/lib/money";
import { useFormat } from "@/lib/format";
import { paceOf, type Windowed } from "@/lib/pace";

/** What a bar is drawn of: a limit of any subject, as every answer of the API tells it. */
export interface BarLimit extends Windowed {
  metric: "requests" | "input_tokens" | "output_tokens" | "total_tokens" | "cost" | "concurrency";
  window_kind: "request" | "sliding" | "day" | "month" | "lifetime";
}

const FILLS = { fine: "bg-accent", soon: "bg-warn", over: "bg-bad" } as const;

/** How a limit is spoken of: its amounts with their unit, in whole sentences. */
export function useLimitWords() {
  const { t } = useTranslation();
  const format = useFormat();
  const amount = (metric: BarLimit["metric"], value: number | string) =>
    metric === "cost" ? formatUsd(String(value)) : format.count(Number(value));
  return {
    amount,
    left: (limit: BarLimit) =>
      t(`limit.left.${limit.metric}`, { amount: amount(limit.metric, limit.left ?? 0), count: Number(limit.left ?? 0) }),
    whole: (limit: Pick<BarLimit, "metric" | "window_kind" | "limit">) =>
      t(`limit.of.${limit.window_kind}`, { amount: t(`limit.amount.${limit.metric}`, { amount: amount(limit.metric, limit.limit ?? 0) }) }),
    each: (limit: { metric: BarLimit["metric"]; window_kind: BarLimit["window_kind"]; amount: number | string }) =>
      t(`limit.each.${limit.window_kind}`, {
        amount: t(`limit.amount.${limit.metric}`, { amount: amount(limit.metric, limit.amount) }),
      }),
  };
}

/** A limit: what is left, when it resets and of which limit, and whether it lasts. */
export function LimitBar({ name, limit, now = new Date() }: { name: ReactNode; limit: BarLimit; now?: Date }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useLimitWords();
  const pace = paceOf(limit, now);
  const says = words.left(limit);
  const resets = limit.resets_at === null ? "" : t("limit.resets", { at: format.moment(limit.resets_at) });
  const outlook =
    pace.state === "over" ? t("limit.empty") : pace.runsOutAt !== null ? t("limit.runs_out", { day: format.day(pace.runsOutAt) }) : resets === "" ? "" : t(`limit.lasts.${limit.window_kind}`);
  return (
    <Bar name={name} says={says} share={pace.share} today={pace.today} state={pace.state} inWords={[words.whole(limit), resets, outlook]}>
      <span className="tabular">
        {resets}
        <span className="phone:sr-only">{resets === "" ? words.whole(limit) : ` · ${words.whole(limit)}`}</span>
      </span>
      <span className={clsx(pace.state === "soon" && pace.runsOutAt !== null && "font-medium text-warn-ink", pace.state === "over" && "font-medium text-bad-ink")}>{outlook}</span>
    </Bar>
  );
}

interface BarProps {
  name: ReactNode;
  /** What is left. */
  says: string;
  /** What of it is used, and how much of the window is over, both 0 to 1. */
  share: number;
  today?: number;
  state: keyof typeof FILLS;
  /** What stands below it, for those who do not see it; nothing where it is empty. */
  inWords: readonly string[];
  children: ReactNode;
}

/** The bar itself, with what is left above it and what it is of below. */
export function Bar({ name, says, share, today = 0, state, inWords, children }: BarProps) {
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-3">
        <span className="min-w-0 text-body">{name}</span>
        <span className="tabular shrink-0 text-body font-semibold">{says}</span>
      </div>
      <div
        role="meter"
        aria-label={says}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={[says, ...inWords].filter((part) => part !== "").join(". ")}
        className="relative h-1.5 rounded-full bg-line"
      >
        <div className={clsx("h-full rounded-full", FILLS[state])} style={{ width: `${share * 100}%` }} />
        {today > 0 && <div aria-hidden className="absolute -inset-y-[3px] w-0.5 bg-ink outline-1 outline-surface" style={{ left: `${today * 100}%` }} />}
      </div>
      <div className="flex flex-wrap justify-between gap-x-3 text-small text-ink-3">{children}</div>
    </div>
  );
}
