import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { StopsShown } from "@/client/schema.gen";
import { useBulk, type Line } from "@/lib/bulk";
import { inPool } from "@/lib/in-pool";
import { sumStops } from "@/lib/sum-stops";
import { key, type Noun } from "@/lib/writes";
import { ProblemNote, useProblemText } from "./problem";
import { StopsNote } from "./stops";
import { Button } from "./ui/button";
import { Dialog } from "./ui/dialog";
import { TextField } from "./ui/field";
import { Skeleton } from "./ui/skeleton";

/** A row of those that are changed, by what it is called. */
export interface Named {
  id: string;
  name: string;
}

interface BulkDialogProps {
  /** The question, with the count. */
  title: string;
  verb: string;
  rows: readonly Named[];
  act: (id: string) => Promise<unknown>;
  touches: readonly Noun[];
  /** `isDone` says whether it was begun: the rows are not what they were. */
  onClose: (isDone: boolean) => void;
  destructive?: boolean;
  /** False until what is asked for above is given. */
  ready?: boolean;
  /** For what cannot be taken back: their number has to be typed. */
  counted?: boolean;
  wide?: boolean;
  children?: ReactNode;
}

/** Does one thing to many rows, one write for each, and says line by line what became of them. */
export function BulkDialog({ title, verb, rows, act, touches, onClose, destructive = false, ready = true, counted = false, wide = false, children }: BulkDialogProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const cancel = useRef<HTMLButtonElement>(null);
  // What stops something begins on Cancel, as every question does.
  useEffect(() => {
    if (destructive) cancel.current?.focus();
  }, [destructive]);
  const bulk = useBulk<Named>({ act: (row) => act(row.id), touches });
  // The button that was pressed is gone with what it asked; the keyboard goes on at what is there instead.
  const next = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (bulk.state !== "asking") next.current?.focus();
  }, [bulk.state]);
  const failed = bulk.lines.filter((line) => line.problem !== null);
  if (bulk.state !== "asking") {
    const isRunning = bulk.state === "running";
    return (
      <Dialog
        wide
        title={title}
        closable={!isRunning}
        onClose={() => onClose(true)}
        actions={
          isRunning ? (
            <Button key="stop" ref={next} onClick={bulk.stop}>
              {t("bulk.stop")}
            </Button>
          ) : (
            <>
              {failed.length > 0 && <Button onClick={() => bulk.run(failed.map((line) => line.row))}>{t("bulk.again", { count: failed.length })}</Button>}
              <Button key="close" ref={next} look="primary" onClick={() => onClose(true)}>
                {t("close")}
              </Button>
            </>
          )
        }
      >
        <Progress done={bulk.lines.length} all={bulk.all} failed={failed.length} isRunning={isRunning} />
        <Lines lines={bulk.lines} />
      </Dialog>
    );
  }
  const isSure = !counted || typed.trim() === String(rows.length);
  return (
    <Dialog
      wide={wide}
      title={title}
      onClose={() => onClose(false)}
      actions={
        <>
          <Button ref={cancel} onClick={() => onClose(false)}>
            {t("cancel")}
          </Button>
          <Button look={destructive ? "solid-destructive" : "primary"} disabled={!ready || !isSure || rows.length === 0} onClick={() => bulk.run(rows)}>
            {verb}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {children}
        {counted && <TextField label={t("bulk.type_count", { count: rows.length })} inputMode="numeric" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />}
      </div>
    </Dialog>
  );
}

function Progress({ done, all, failed, isRunning }: { done: number; all: number; failed: number; isRunning: boolean }) {
  const { t } = useTranslation();
  return (
    <div aria-live="polite" className="mb-3 flex flex-col gap-2">
      <p className="font-medium text-ink">{isRunning ? t("bulk.running", { done, all }) : t("bulk.done", { done: done - failed, all, failed })}</p>
      {!isRunning && done < all && <p>{t("bulk.stopped", { count: all - done })}</p>}
      {isRunning && <progress aria-label={t("bulk.running", { done, all })} value={done} max={all} className="h-1.5 w-full accent-accent" />}
    </div>
  );
}

function Lines({ lines }: { lines: readonly Line<Named>[] }) {
  const { t } = useTranslation();
  const say = useProblemText();
  // What did not work is what somebody looks for.
  const ordered = [...lines].sort((a, b) => Number(a.problem === null) - Number(b.problem === null));
  return (
    <ul className="flex flex-col divide-y divide-line text-dense">
      {ordered.map(({ row, problem }) => (
        <li key={row.id} className="flex gap-2.5 py-1.5">
          {problem === null ? <CircleCheck aria-label={t("bulk.ok")} size={16} className="mt-px shrink-0 text-ok-ink" /> : <CircleX aria-label={t("bulk.failed")} size={16} className="mt-px shrink-0 text-bad-ink" />}
          <span className="min-w-0 break-words">
            <span className="font-medium text-ink">{row.name}</span>
            {problem !== null && <span className="block text-bad-ink">{say(problem)}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What stops by a change of many rows, from a dry run of each; those that would be refused are counted apart. */
export function BulkStops({ name, rows, ask }: { name: string; rows: readonly Named[]; ask: (id: string) => Promise<StopsShown> }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: key("admin", "bulk", name, rows.map((row) => row.id)),
    queryFn: async () => {
      const answers = await inPool(rows, (row) =>
        ask(row.id).catch((error: unknown) => {
          if (error instanceof ApiProblem && error.status >= 400) return null;
          throw error;
        }),
      );
      const stops = answers.filter((each) => each !== null);
      return { stops: sumStops(stops), refused: answers.length - stops.length };
    },
    gcTime: 0,
    retry: false,
  });
  if (data === undefined) return error instanceof ApiProblem ? <ProblemNote problem={error} /> : <Skeleton className="h-10" />;
  return (
    <>
      <StopsNote stops={data.stops} />
      {data.refused > 0 && <p className="text-dense text-warn-ink">{t("bulk.refused", { count: data.refused })}</p>}
    </>
  );
}
