import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { memberNameQuery } from "@/client/names";
import type { EventShown } from "@/client/schema.gen";
import { Moment } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { ExportButton } from "@/components/export-button";
import { Filters, SelectChip, SetChip } from "@/components/filters";
import { Page } from "@/components/page";
import { ErrorState } from "@/components/problem";
import { SearchField } from "@/components/search-field";
import { useTrailWords } from "@/components/trail-words";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { dayIn } from "@/lib/days";
import { useFormat, type Format } from "@/lib/format";
import { namesOf, targetOf } from "./about";
import { eventsQuery, exportEvents, type AuditAsked } from "./api";
import { ChainNote } from "./chain-note";
import { EventPanel } from "./event-panel";
import { PeriodDialog } from "./period-dialog";

const NOTHING_ASKED = { actor: undefined, actor_member_id: undefined, action: undefined, target_kind: undefined, target_id: undefined, since: undefined, until: undefined } satisfies AuditAsked;

interface AuditProps {
  asked: AuditAsked;
  /** The event whose panel is open. */
  open: string | undefined;
  onAsk: (change: Partial<AuditAsked>) => void;
  onOpen: (id: string | undefined) => void;
}

/** Who changed what, day by day; what is asked for, and the event that is open, are in the address. */
export function AuditPage({ asked, open, onAsk, onOpen }: AuditProps) {
  const { t } = useTranslation(["audit", "shared"]);
  const { kind } = useTrailWords();
  const list = useInfiniteQuery(eventsQuery(asked));
  const events = list.data?.pages.flatMap((page) => page.items) ?? [];
  const at = events.findIndex((event) => event.id === open);
  const isNarrowed = Object.values(asked).some((value) => value !== undefined);
  const step = (to: number) => {
    const event = events[to];
    return event === undefined || at < 0 ? null : () => onOpen(event.id);
  };
  const opened = events[at];
  return (
    <Page
      title={t("title")}
      says={t("says")}
      actions={
        <>
          <SearchField label={t("actor")} value={asked.actor} onChange={(actor) => onAsk({ actor })} />
          <ExportButton name="audit" read={(form) => exportEvents(asked, form)} />
        </>
      }
    >
      <ChainNote />
      <AuditFilters asked={asked} target={targetOf(events, asked.target_id, kind)} onAsk={onAsk} onClear={isNarrowed ? () => onAsk(NOTHING_ASKED) : undefined} />
      {list.error !== null && list.data === undefined ? (
        <Card flush>
          <ErrorState what={t("failed")} error={list.error} onRetry={() => void list.refetch()} />
        </Card>
      ) : list.data === undefined ? (
        <Card flush>
          <SkeletonRows count={8} />
        </Card>
      ) : events.length === 0 ? (
        <Card flush>
          <EmptyState says={isNarrowed ? t("no_match") : t("empty")} action={isNarrowed ? <Button onClick={() => onAsk(NOTHING_ASKED)}>{t("shared:list.clear")}</Button> : undefined} />
        </Card>
      ) : (
        <>
          <Timeline events={events} open={open} onOpen={onOpen} />
          {list.hasNextPage && (
            <Button className="self-center" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t("shared:list.more")}
            </Button>
          )}
        </>
      )}
      {opened !== undefined && <EventPanel key={opened.id} event={opened} onAsk={onAsk} onClose={() => onOpen(undefined)} onPrevious={step(at - 1)} onNext={step(at + 1)} />}
    </Page>
  );
}

interface AuditFiltersProps {
  asked: AuditAsked;
  /** What the target that is asked for is called, as far as an event of it says so. */
  target: string | undefined;
  onAsk: AuditProps["onAsk"];
  onClear: (() => void) | undefined;
}

function AuditFilters({ asked, target, onAsk, onClear }: AuditFiltersProps) {
  const { t } = useTranslation("audit");
  const format = useFormat();
  const words = useTrailWords();
  const [isChoosing, setIsChoosing] = useState(false);
  return (
    <Filters onClear={onClear}>
      <SelectChip label={t("kind")} value={asked.target_kind} none={t("kind_any")} options={choices(words.kinds, asked.target_kind).map((value) => ({ value, label: words.kind(value) }))} onChange={(target_kind) => onAsk({ target_kind })} />
      <SelectChip
        label={t("set.action")}
        value={asked.action}
        none={t("action_any")}
        options={choices(words.actions, asked.action).map((value) => ({ value, label: words.action(value), group: words.kindOfAction(value) }))}
        onChange={(action) => onAsk({ action })}
      />
      {asked.target_id !== undefined && <SetChip name={t("set.target_id")} value={target ?? asked.target_id.slice(0, 8)} onClear={() => onAsk({ target_id: undefined })} />}
      {asked.actor_member_id !== undefined && <ActorChip id={asked.actor_member_id} onClear={() => onAsk({ actor_member_id: undefined })} />}
      {(["since", "until"] as const).map((name) => (asked[name] === undefined ? null : <SetChip key={name} name={t(`set.${name}`)} value={shownDay(asked[name], format)} onClear={() => onAsk({ [name]: undefined })} />))}
      <Button small onClick={() => setIsChoosing(true)}>
        {t("period")}
      </Button>
      {isChoosing && <PeriodDialog asked={asked} onClose={() => setIsChoosing(false)} onAsk={onAsk} />}
    </Filters>
  );
}

// What another version wrote can be asked for by an address.
function choices(known: readonly string[], asked: string | undefined): readonly string[] {
  return asked === undefined || known.includes(asked) ? known : [...known, asked];
}

// An address may hold anything, which is no reason to fall.
function shownDay(moment: string, format: Format): string {
  return Number.isNaN(Date.parse(moment)) ? moment : format.day(moment);
}

function ActorChip({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("audit");
  return <SetChip name={t("set.actor_member_id")} value={useQuery(memberNameQuery(id)).data?.display_name ?? id.slice(0, 8)} onClear={onClear} />;
}

function Timeline({ events, open, onOpen }: { events: readonly EventShown[]; open: string | undefined; onOpen: (id: string) => void }) {
  const { t } = useTranslation("audit");
  const format = useFormat();
  const words = useTrailWords();
  const days = new Map<string, EventShown[]>();
  for (const event of events) {
    const day = dayIn(new Date(event.at), format.zone);
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  return (
    <div className="flex flex-col gap-4">
      {[...days].map(([day, those]) => (
        <Card key={day} flush title={format.day(those[0]?.at ?? day)}>
          <ol className="divide-y divide-line">
            {those.map((event) => (
              <li key={event.id}>
                <button
                  type="button"
                  aria-expanded={event.id === open}
                  onClick={() => onOpen(event.id)}
                  className={clsx("flex w-full flex-wrap items-baseline gap-x-3 gap-y-0.5 px-4 py-2.5 text-left text-dense -outline-offset-2 hover:bg-hover", event.id === open && "bg-accent-soft shadow-[inset_2px_0_var(--accent)]")}
                >
                  <span className="w-16 shrink-0 text-ink-3">
                    <Moment at={event.at} as="time" />
                  </span>
                  <span className="font-medium">{event.actor_name}</span>
                  <span>{words.action(event.action)}</span>
                  <span className="min-w-0 break-words text-ink-2">{namesOf(event)}</span>
                  <span className="ml-auto text-small text-ink-3 phone:ml-19 phone:basis-full">{event.address ?? t("no_address")}</span>
                </button>
              </li>
            ))}
          </ol>
        </Card>
      ))}
    </div>
  );
}
