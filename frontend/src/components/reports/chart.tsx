import { clsx } from "clsx";
import { useCallback, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { ReportShown } from "@/client/schema.gen";
import { dateFormat, useFormat, type Format } from "@/lib/format";
import { formatUsd } from "@/lib/money";
import type { Measure } from "@/lib/reports";
import { drawn, groupId, written } from "./measures";

const FILLS = ["fill-c1", "fill-c2", "fill-c3", "fill-c4", "fill-c5", "fill-c6"] as const;
const DOTS = ["bg-c1", "bg-c2", "bg-c3", "bg-c4", "bg-c5", "bg-c6"] as const;
const [HEIGHT, BOTTOM, TOP] = [250, 26, 10];
const CHARACTER_WIDTH = 7;
const LABEL_WIDTH = 48;

/** The colours of a group: the six largest have their own, the others share one. */
export function coloursOf(index: number): { fill: string; dot: string } {
  return { fill: FILLS[index] ?? "fill-c0", dot: DOTS[index] ?? "bg-c0" };
}

interface ChartProps {
  report: ReportShown;
  measure: Measure;
  /** What a group is called. */
  nameOf: (id: string) => string;
}

/** Amounts over time, stacked by group, the largest at the bottom. Arrow keys and the pointer show one step for all groups. */
export function Chart({ report, measure, nameOf }: ChartProps) {
  const { t } = useTranslation("reports");
  const format = useFormat();
  const [at, setAt] = useState<number | null>(null);
  const [now] = useState(() => Date.now());
  const [whole, measured] = useWidth();
  const steps = report.steps ?? [];
  const order = report.items.map((row) => groupId(row));
  const top = niceTop(Math.max(0, ...steps.map((step) => step.items.reduce((sum, item) => sum + drawn(item, measure), 0))));
  const base = HEIGHT - BOTTOM;
  const left = 16 + CHARACTER_WIDTH * axis(top, measure, top, format).length;
  const width = (whole - left) / Math.max(1, steps.length);
  const every = Math.max(1, Math.ceil(LABEL_WIDTH / width));
  const nowAt = steps.findIndex((step) => Date.parse(step.since) <= now && now < Date.parse(step.until));
  const heightOf = (amount: number) => (amount / top) * (base - TOP);
  const chosen = at === null ? undefined : steps[at];
  function walk(event: KeyboardEvent) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setAt(Math.min(steps.length - 1, Math.max(0, (at ?? (by > 0 ? -1 : steps.length)) + by)));
  }
  return (
    <figure className="m-0">
      <figcaption className="sr-only">{t("chart.caption", { total: written(report.total, measure, format), since: format.day(report.since), until: format.day(report.until) })}</figcaption>
      <div ref={measured}>
        {/* It is walked by arrow keys, and what is shown is read out below. */}
        <svg role="img" aria-label={t("chart.label")} tabIndex={0} onKeyDown={walk} onMouseLeave={() => setAt(null)} viewBox={`0 0 ${whole} ${HEIGHT}`} height={HEIGHT} className="block w-full rounded-button -outline-offset-2 text-[11.5px]">
          {[0, 0.25, 0.5, 0.75, 1].map((share) => {
            const y = base - share * (base - TOP);
            return (
              <g key={share}>
                <line x1={left} x2={whole} y1={y} y2={y} className="stroke-line" />
                <text x={left - 8} y={y + 4} textAnchor="end" className="fill-ink-3">
                  {axis(top * share, measure, top, format)}
                </text>
              </g>
            );
          })}
          {steps.map((step, index) => {
            const x = left + index * width;
            const isToCome = Date.parse(step.since) > now;
            const isNow = !isToCome && Date.parse(step.until) > now;
            const amounts = new Map(step.items.map((item) => [groupId(item), drawn(item, measure)]));
            let y = base;
            return (
              <g key={step.since} onMouseEnter={() => setAt(index)}>
                <rect x={x} width={width} y={TOP} height={base - TOP} className={at === index ? "fill-hover" : "fill-transparent"} />
                {isToCome && <rect x={x + width * 0.2} width={width * 0.6} y={base - 1.5} height={1.5} className="fill-line" />}
                {order.map((id, group) => {
                  const amount = amounts.get(id) ?? 0;
                  if (amount <= 0) return null;
                  const height = Math.max(1, heightOf(amount));
                  y -= height;
                  return <rect key={id} x={x + width * 0.2} width={width * 0.6} y={y} height={Math.max(0.75, height - 1)} className={coloursOf(group).fill} />;
                })}
                {(isNow || (index % every === 0 && (nowAt < 0 || Math.abs(index - nowAt) >= every))) && (
                  <text x={x + width / 2} y={HEIGHT - 6} textAnchor="middle" className={clsx(isNow ? "fill-ink font-semibold" : "fill-ink-3")}>
                    {stepName(step.since, report, format)}
                  </text>
                )}
              </g>
            );
          })}
        </svg>
      </div>
      <p aria-live="polite" className="min-h-10 px-1 pt-2 text-small text-ink-2">
        {chosen !== undefined && (
          <>
            <span className="font-medium text-ink">
              {stepName(chosen.since, report, format, true)} · {written(chosen.total, measure, format)}
            </span>{" "}
            {chosen.items.slice(0, 6).map((item) => (
              <span key={groupId(item)} className="mr-3 inline-block">
                <span aria-hidden className={clsx("mr-1 inline-block size-2 rounded-full", coloursOf(order.indexOf(groupId(item))).dot)} />
                {nameOf(groupId(item))} {written(item, measure, format)}
              </span>
            ))}
          </>
        )}
      </p>
    </figure>
  );
}

// As wide as there is room, so that its words are as large as others.
function useWidth(): [number, (node: HTMLElement | null) => (() => void) | undefined] {
  const [width, setWidth] = useState(1060);
  const measured = useCallback((node: HTMLElement | null) => {
    if (node === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.max(240, node.clientWidth)));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return [width, measured];
}

/** What a step of time is called: its hour, its day or its month. */
export function stepName(since: string, report: Pick<ReportShown, "each" | "zone">, format: Format, whole = false): string {
  const options: Intl.DateTimeFormatOptions =
    report.each === "hour" || report.each === "quarter_hour"
      ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(whole && { day: "numeric", month: "short" }) }
      : report.each === "month"
        ? { month: "short", ...(whole && { year: "numeric" }) }
        : { day: "numeric", ...((whole || report.each === "week") && { month: "short" }) };
  return dateFormat(format.locale, { timeZone: report.zone, ...options }).format(new Date(since));
}

function axis(amount: number, measure: Measure, top: number, format: Format): string {
  if (measure === "billed_cost" || measure === "list_cost") return formatUsd(amount.toFixed(9), placesFor(top));
  return format.short(Math.round(amount * 100) / 100);
}

// So many that a quarter of the scale is no zero.
function placesFor(top: number): number {
  return top >= 40 ? 0 : Math.min(9, Math.max(2, 1 - Math.floor(Math.log10(top / 4))));
}

// Where the scale ends, so that its quarters are round numbers too.
function niceTop(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 4, 8, 10].find((times) => times * power >= most) ?? 10) * power;
}
