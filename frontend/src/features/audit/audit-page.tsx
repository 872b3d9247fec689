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
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { TextField } from "@/components/ui/field";
import { Dialog } from "@/components/ui/dialog";
import { SkeletonRows } from "@/components/ui/skeleton";
import { dayIn } from "@/lib/days";
import { useFormat } from "@/lib/format";
import { aboutWords, targetOf } from "./about";
import { ActionDialog } from "./action-dialog";
import { eventsQuery, exportEvents, type AuditAsked } from "./api";
import { ChainNote } from "./chain-note";
import { EventPanel } from "./event-panel";

const KINDS = ["access_token", "alias", "allocation", "call_records", "credential", "device", "invitation", "limit", "member", "model", "price_version", "provider_key", "route", "session", "system", "tag", "tag_rule", "usage"] as const;

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
      <AuditFilters asked={asked} known={[...new Set(events.map((event) => event.action))].sort()} target={targetOf(events, asked.target_id)} onAsk={onAsk} onClear={isNarrowed ? () => onAsk(NOTHING_ASKED) : undefined} />
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
  /** The actions of the events that are shown. */
  known: readonly string[];
  /** What the target that is asked for is called, as far as an event of it says so. */
  target: string | undefined;
  onAsk: AuditProps["onAsk"];
  onClear: (() => void) | undefined;
}

function AuditFilters({ asked, known, target, onAsk, onClear }: AuditFiltersProps) {
  const { t } = useTranslation(["audit", "shared"]);
  const format = useFormat();
  const [picking, setPicking] = useState<"period" | "action" | null>(null);
  const kinds = asked.target_kind === undefined || (KINDS as readonly string[]).includes(asked.target_kind) ? KINDS : [...KINDS, asked.target_kind];
  return (
    <Filters onClear={onClear}>
      <SelectChip label={t("kind")} value={asked.target_kind} none={t("kind_any")} options={kinds.map((value) => ({ value, label: value.replaceAll("_", " ") }))} onChange={(target_kind) => onAsk({ target_kind })} />
      {asked.action !== undefined && <SetChip name={t("set.action")} value={asked.action} onClear={() => onAsk({ action: undefined })} />}
      {asked.target_id !== undefined && <SetChip name={t("set.target_id")} value={target ?? asked.target_id.slice(0, 8)} onClear={() => onAsk({ target_id: undefined })} />}
      {asked.actor_member_id !== undefined && <ActorChip id={asked.actor_member_id} onClear={() => onAsk({ actor_member_id: undefined })} />}
      {(["since", "until"] as const).map((name) => (asked[name] === undefined ? null : <SetChip key={name} name={t(`set.${name}`)} value={format.day(asked[name])} onClear={() => onAsk({ [name]: undefined })} />))}
      {asked.action === undefined && (
        <Button small onClick={() => setPicking("action")}>
          {t("set.action")}
        </Button>
      )}
      <Button small onClick={() => setPicking("period")}>
        {t("period")}
      </Button>
      {picking === "period" && <PeriodDialog onClose={() => setPicking(null)} onAsk={onAsk} />}
      {picking === "action" && <ActionDialog value={asked.action} known={known} onPick={(action) => onAsk({ action })} onClose={() => setPicking(null)} />}
    </Filters>
  );
}

function ActorChip({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("audit");
  return <SetChip name={t("set.actor_member_id")} value={useQuery(memberNameQuery(id)).data?.display_name ?? id.slice(0, 8)} onClear={onClear} />;
}

function PeriodDialog({ onAsk, onClose }: { onAsk: AuditProps["onAsk"]; onClose: () => void }) {
  const { t } = useTranslation(["audit", "shared"]);
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  // The browser reads a time without a zone in its own, which is the reader's.
  const moment = (day: string, addDays: number) => {
    if (day === "") return undefined;
    const at = new Date(`${day}T00:00:00`);
    at.setDate(at.getDate() + addDays);
    return at.toISOString();
  };
  return (
    <Dialog
      title={t("period")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button
            look="primary"
            onClick={() => {
              onAsk({ since: moment(since, 0), until: moment(until, 1) });
              onClose();
            }}
          >
            {t("show")}
          </Button>
        </>
      }
    >
      <div className="grid gap-4 md:grid-cols-2">
        <TextField type="date" label={t("set.since")} value={since} onChange={(event) => setSince(event.target.value)} />
        <TextField type="date" label={t("last_day")} value={until} onChange={(event) => setUntil(event.target.value)} />
      </div>
    </Dialog>
  );
}

function Timeline({ events, open, onOpen }: { events: readonly EventShown[]; open: string | undefined; onOpen: (id: string) => void }) {
  const { t } = useTranslation("audit");
  const format = useFormat();
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
                  <code className="font-mono text-code">{event.action}</code>
                  <span className="min-w-0 break-words text-ink-2">{aboutWords(event)}</span>
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
