import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { SessionShown } from "@/client/schema.gen";
import { Moment } from "@/components/amounts";
import { ErrorState, ProblemNote } from "@/components/problem";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useToast } from "@/components/ui/toast";
import { useWrite } from "@/lib/writes";
import { endOtherSessions, endSession, sessionsQuery } from "./api";

const BROWSERS = [
  [/Edg\//, "Edge"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
] as const;
const SYSTEMS = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Mac OS X/, "macOS"],
  [/Windows/, "Windows"],
  [/Linux/, "Linux"],
] as const;

/** The browsers that are signed in as the member, and ending them. */
export function SessionsPart() {
  const { t } = useTranslation("account");
  const toast = useToast();
  const sessions = useQuery(sessionsQuery);
  const others = useWrite({ write: endOtherSessions, touches: ["sessions"], onDone: () => toast(t("sessions.others_done")) });
  const rows = sessions.data?.items ?? [];
  return (
    <Card
      flush
      title={t("part.sessions")}
      aside={
        rows.length > 1 && (
          <Button small busy={others.isPending} onClick={() => others.mutate(undefined)}>
            {t("sessions.end_others")}
          </Button>
        )
      }
    >
      {others.problem && (
        <div className="p-4">
          <ProblemNote problem={others.problem} />
        </div>
      )}
      {sessions.error !== null && sessions.data === undefined ? (
        <ErrorState what={t("sessions.failed")} error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : sessions.data === undefined ? (
        <SkeletonRows count={2} rowClass="h-14" />
      ) : (
        <ul className="divide-y divide-line">
          {rows.map((session) => (
            <Session key={session.id} session={session} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Session({ session }: { session: SessionShown }) {
  const { t } = useTranslation("account");
  const write = useWrite({ write: endSession, touches: ["sessions"] });
  const named = [...firstOf(BROWSERS, session.user_agent), ...firstOf(SYSTEMS, session.user_agent)];
  return (
    <li className="px-4 py-3">
      <div className="flex items-center justify-between gap-3">
        <div className="min-w-0">
          <p className="flex flex-wrap items-center gap-2 text-dense font-medium" title={session.user_agent}>
            {named.length === 0 ? t("sessions.unknown") : named.join(" · ")}
            {session.current && <Badge tint="ok">{t("sessions.current")}</Badge>}
          </p>
          <p className="text-small text-ink-3">
            {session.address ?? t("sessions.no_address")} · {t("sessions.seen")} <Moment at={session.seen_at} as="ago" />
          </p>
        </div>
        {!session.current && (
          <Button small busy={write.isPending} onClick={() => write.mutate(session.id)}>
            {t("sessions.end")}
          </Button>
        )}
      </div>
      <ProblemNote problem={write.problem} />
    </li>
  );
}

function firstOf(known: readonly (readonly [RegExp, string])[], agent: string): string[] {
  return known.filter(([pattern]) => pattern.test(agent)).map(([, name]) => name).slice(0, 1);
}
