import { Link } from "@tanstack/react-router";
import { Box, RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { MyCallRecordShown } from "@/client/schema.gen";
import { Money } from "@/components/amounts";
import { CopyButton } from "@/components/copy-button";
import { ProblemNote } from "@/components/problem";
import { OutcomeBadge } from "@/components/status-badge";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { useFormat } from "@/lib/format";
import { AnswerText } from "./answer-text";
import type { Turn } from "./conversation";

interface TurnViewProps {
  turn: Turn;
  record: MyCallRecordShown | undefined;
  /** Asks it once more; null where it is not the last one. */
  onAgain: (() => void) | null;
}

/** A question and its answer, as far as it came, with what it used. */
export function TurnView({ turn, record, onAgain }: TurnViewProps) {
  const { t } = useTranslation("playground");
  const { text, reasoning } = turn.answer;
  return (
    <li className="flex flex-col gap-4">
      <div className="ml-auto max-w-[85%] rounded-card rounded-br-none bg-accent-soft px-3.5 py-2.5">
        <span className="sr-only">{t("turn.asked")}</span>
        {turn.question.pictures.length > 0 && (
          <div className="mb-2 flex flex-wrap gap-2">
            {turn.question.pictures.map((url, index) => (
              <img key={index} src={url} alt={t("picture.sent", { number: index + 1 })} className="max-h-40 rounded-button" />
            ))}
          </div>
        )}
        <p className="break-words whitespace-pre-wrap">{turn.question.text}</p>
      </div>
      <div className="flex gap-3">
        <span aria-hidden className="flex size-[25px] shrink-0 items-center justify-center rounded-button bg-hover phone:hidden">
          <Box size={15} strokeWidth={1.75} />
        </span>
        <div className="flex min-w-0 grow flex-col gap-3">
          <span className="sr-only">{t("turn.answered", { model: turn.model })}</span>
          {reasoning !== "" && (
            <details className="text-dense text-ink-2">
              <summary className="cursor-pointer text-ink-3">{t("turn.reasoning")}</summary>
              <p className="mt-2 break-words whitespace-pre-wrap">{reasoning}</p>
            </details>
          )}
          {text !== "" && <AnswerText text={text} />}
          {turn.problem !== null && (
            <div className="flex flex-col items-start gap-2">
              <Badge tint="bad" mono>
                {turn.problem.code}
              </Badge>
              <ProblemNote problem={turn.problem} />
            </div>
          )}
          {turn.answer.finish === "length" && <p className="text-dense text-warn-ink">{t("turn.length")}</p>}
          {turn.answer.finish === "content_filter" && <p className="text-dense text-warn-ink">{t("turn.filtered")}</p>}
          {turn.state === "answering" ? <Answering since={turn.startedMs} /> : <Figures turn={turn} record={record} onAgain={onAgain} />}
        </div>
      </div>
    </li>
  );
}

function Answering({ since }: { since: number }) {
  const { t } = useTranslation("playground");
  const format = useFormat();
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="flex items-center gap-3 text-small text-ink-3">
      <span className="flex items-center gap-1.5 text-accent-ink">
        <span aria-hidden className="size-2 rounded-full bg-accent pulse-dot" />
        {t("turn.answering")}
      </span>
      <span className="tabular">{format.duration(now - since)}</span>
    </p>
  );
}

/** What a turn used: by its record where it is there, by the answer's own count until then. */
function Figures({ turn, record, onAgain }: TurnViewProps) {
  const { t } = useTranslation("playground");
  const format = useFormat();
  const isBilled = record === undefined || record.outcome === "ok" || record.input_tokens > 0;
  const [input, output] = [record?.input_tokens ?? turn.answer.usage?.input, record?.output_tokens ?? turn.answer.usage?.output];
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 text-small text-ink-3">
      <p className="tabular flex flex-wrap items-center gap-x-4 gap-y-1">
        {record !== undefined && record.outcome !== "ok" && record.outcome !== turn.problem?.code && <OutcomeBadge outcome={record.outcome} />}
        {isBilled && input !== undefined && <span>{t("figures.input", { count: format.count(input) })}</span>}
        {isBilled && output !== undefined && <span>{t("figures.output", { count: format.count(output) })}</span>}
        {record !== undefined && (
          <span className="text-ink">{isBilled ? <Money usd={record.billed_cost_usd} places={4} /> : t("figures.not_billed")}</span>
        )}
        {turn.tookMs !== null && <span>{format.duration(turn.tookMs)}</span>}
        {turn.callId !== null && record !== undefined && (
          <Link to="/usage/calls" search={{ call: turn.callId }} className="font-mono hover:text-ink">
            {t("figures.call", { id: turn.callId.slice(0, 13) })}
          </Link>
        )}
      </p>
      <div className="flex items-center gap-1">
        {turn.answer.text !== "" && <CopyButton text={turn.answer.text} label={t("copy_answer")} />}
        {onAgain !== null && (
          <Button small look="quiet" icon={RotateCcw} onClick={onAgain}>
            {turn.state === "failed" ? t("turn.retry") : t("turn.again")}
          </Button>
        )}
      </div>
    </div>
  );
}
