import { Fragment } from "react";
import { useTranslation } from "react-i18next";

import type { Told } from "@/client/schema.gen";
import { useFormat } from "@/lib/format";
import { shortUsd } from "@/lib/money";
import { DRAWN, recordedLimit, takenOf, type LimitTerms } from "@/lib/recorded-limit";
import { Bar } from "./limit-bar";
import { Fact, Facts } from "./ui/card";

type Details = Readonly<Record<string, unknown>>;

const FACTS_APART = ["limit", "used", "held", "left", "needed", "subject"] as const;
const SUBJECTS = ["allocation", "credential", "global", "member", "provider_key", "tag"] as const;

/** What the record itself says of a refusal: the limit as a bar as it was then, not as it is now, and all other facts. */
export function RecordedRefusal({ details, at }: { details: Details; at: string }) {
  const { t } = useTranslation("refusals");
  const format = useFormat();
  const isDrawn = recordedLimit(details) !== null;
  const others = Object.entries(details).filter(([name]) => !(isDrawn && DRAWN.has(name)));
  return (
    <div className="flex flex-col gap-3">
      <LimitThen details={details} />
      {others.length > 0 && (
        <Facts>
          {others.map(([name, value]) => (
            <Fact key={name} label={isNamed(name) ? t(`fact.${name}`) : name.replaceAll("_", " ")}>
              <span className="break-words">{name === "subject" && isSubject(value) ? t(`subject.${value}`) : plain(value)}</span>
            </Fact>
          ))}
        </Facts>
      )}
      <p className="text-small text-ink-3">{t("as_it_was", { at: format.exact(at) })}</p>
    </div>
  );
}

/** How a limit of a record is spoken of: an amount of it, and all of it. */
export function useTermsInWords() {
  const { t } = useTranslation("refusals");
  const format = useFormat();
  const amount = (metric: LimitTerms["metric"], value: number | string) => (metric === "cost" ? shortUsd(String(value), Math.min(4, Math.max(2, placesOf(String(value))))) : format.count(Number(value)));
  const whole = ({ metric, window, limit }: LimitTerms) => {
    const many = t(`amount.${metric}`, { amount: amount(metric, limit), count: Number(limit) });
    return window === null ? many : t(`limit.${window.kind}`, { amount: many, window: window.kind === "sliding" ? format.duration(window.seconds * 1000) : "" });
  };
  return { amount, whole };
}

function LimitThen({ details }: { details: Details }) {
  const { t } = useTranslation("refusals");
  const format = useFormat();
  const words = useTermsInWords();
  const limit = recordedLimit(details);
  if (limit === null) return null;
  const amount = (value: number | string) => words.amount(limit.metric, value);
  const whole = words.whole(limit);
  const used = t("used", { amount: amount(limit.used) });
  const held = Number(limit.held) > 0 ? t("held", { amount: amount(limit.held) }) : "";
  const needed = t("needed", { amount: amount(limit.needed) });
  const resets = limit.resetsAt === null ? "" : t("resets", { at: format.moment(limit.resetsAt) });
  return (
    <Bar name={whole} says={t("left", { amount: amount(limit.left) })} share={takenOf(limit)} state="over" inWords={[whole, used, held, needed, resets]}>
      <span className="flex flex-wrap gap-x-3">
        <span className="tabular">{used}</span>
        {held !== "" && <span className="tabular">{held}</span>}
        <span className="tabular">{needed}</span>
      </span>
      <span className="tabular">{resets}</span>
    </Bar>
  );
}

function placesOf(usd: string): number {
  return /\.(\d*?)0*$/.exec(usd)?.[1]?.length ?? 0;
}

function isNamed(name: string): name is (typeof FACTS_APART)[number] {
  return (FACTS_APART as readonly string[]).includes(name);
}

function isSubject(value: unknown): value is (typeof SUBJECTS)[number] {
  return SUBJECTS.some((each) => each === value);
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** What the client of a refused call was told, in its own dialect; what the record has not is said to be missing. */
export function ToldClient({ told }: { told: Told | null }) {
  const { t } = useTranslation("refusals");
  if (told === null) return <p className="text-dense text-ink-2">{t("told.unknown")}</p>;
  const said = [
    told.in_stream ? t("told.in_stream", { status: told.status }) : `HTTP ${told.status}`,
    told.type,
    told.code === told.type ? null : told.code,
    told.retry_after_s === null ? null : `retry-after: ${told.retry_after_s}`,
    told.should_retry === null ? null : `x-should-retry: ${told.should_retry}`,
  ].filter((each) => each !== null);
  return (
    <div className="flex flex-col gap-2">
      <div className="rounded-card border border-line bg-sunken px-3.5 py-2.5 font-mono text-code break-words">
        <p className="text-ink-3">{said.join(" · ")}</p>
        {told.sentence.length > 0 && (
          <p lang="en" className="mt-1 text-ink">
            {told.sentence.map((piece, index) => (
              <Fragment key={index}>
                {index > 0 && (
                  <span className="text-ink-3">
                    {" "}
                    <span aria-hidden>[…]</span>
                    <span className="sr-only">{t("told.gap")}</span>{" "}
                  </span>
                )}
                {piece}
              </Fragment>
            ))}
          </p>
        )}
      </div>
      {told.not_stored.map((part) => (
        <p key={part} className="text-small text-ink-3">
          {t(`told.not_stored.${part}`)}
        </p>
      ))}
    </div>
  );
}
