import { clsx } from "clsx";

import { useFormat } from "@/lib/format";
import { formatUsd } from "@/lib/money";
import type { Day } from "@/lib/days";

interface DayBarsProps {
  /** What the chart finds, in a sentence. */
  caption: string;
  /** Every day of the period with its amount; null for days that are still to come. */
  days: readonly { day: Day; usd: string | null }[];
  today: Day;
  /** What the table beside it has for heads. */
  heads: { day: string; amount: string };
  plain?: boolean;
  /** Twice as wide as it is in a side column. */
  wide?: boolean;
}

const [NARROW, WIDE, HEIGHT, BOTTOM] = [328, 660, 148, 20];
// Below a cent a scale would only enlarge what is next to nothing.
const LEAST = 0.01;

/** Amounts of money by day, as bars; the same numbers as a table for those who do not see them. `plain` has no axes. */
export function DayBars({ caption, days, today, heads, plain = false, wide = false }: DayBarsProps) {
  const width = wide ? WIDE : NARROW;
  const format = useFormat();
  const amounts = days.map((each) => (each.usd === null ? null : Number(each.usd)));
  const top = niceTop(Math.max(LEAST, ...amounts.map((amount) => amount ?? 0)));
  const places = top >= 4 || top === 2 ? 0 : Math.max(1, Math.ceil(-Math.log10(top / 2)));
  const label = (amount: number) => formatUsd(amount.toFixed(9), amount === 0 ? 0 : places);
  const left = plain ? 0 : label(top / 2).length * 6.6 + 8;
  const base = HEIGHT - (plain ? 2 : BOTTOM);
  const step = (width - left) / Math.max(1, days.length);
  return (
    <figure className="m-0">
      <figcaption className="sr-only">{caption}</figcaption>
      <svg aria-hidden viewBox={`0 0 ${width} ${HEIGHT}`} className="block h-auto w-full text-[11.5px]">
        {!plain &&
          [0, 0.5, 1].map((share) => {
            const y = base - share * (base - 8);
            return (
              <g key={share}>
                <line x1={left} x2={width} y1={y} y2={y} className="stroke-line" />
                <text x={left - 6} y={y + 4} textAnchor="end" className="fill-ink-3">
                  {label(top * share)}
                </text>
              </g>
            );
          })}
        {days.map((each, index) => {
          const amount = amounts[index] ?? null;
          const height = amount === null || top === 0 ? 0 : (amount / top) * (base - 8);
          const x = left + index * step + step * 0.15;
          return (
            <g key={each.day}>
              {amount === null ? (
                <rect x={x} width={step * 0.7} y={base - 1.5} height={1.5} className="fill-line" />
              ) : (
                <rect x={x} width={step * 0.7} y={base - Math.max(height, amount > 0 ? 1.5 : 0.75)} height={Math.max(height, amount > 0 ? 1.5 : 0.75)} rx={Math.min(2, height / 2)} className="fill-accent">
                  <title>{`${format.day(`${each.day}T12:00:00Z`)}: ${formatUsd(each.usd ?? "0")}`}</title>
                </rect>
              )}
              {!plain && index % 3 === 0 && (
                <text x={x + step * 0.35} y={HEIGHT - 4} textAnchor="middle" className={clsx("fill-ink-3", each.day === today && "font-semibold")}>
                  {index + 1}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      {/* A box hides it: a table is never narrower than its words, and would make a phone scroll sideways. */}
      <div className="sr-only">
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th scope="col">{heads.day}</th>
              <th scope="col">{heads.amount}</th>
            </tr>
          </thead>
          <tbody>
            {days
              .filter((each) => each.usd !== null)
              .map((each) => (
                <tr key={each.day}>
                  <th scope="row">{format.day(`${each.day}T12:00:00Z`)}</th>
                  <td>{formatUsd(each.usd ?? "0")}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

// Where the scale ends: 1, 2, 4 or 10 times a power of ten, so that its half is a round number too.
function niceTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 4, 10].find((times) => times * power >= most) ?? 10) * power;
}
