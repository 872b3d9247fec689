import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { Money, TokenCount } from "@/components/amounts";
import { useFormat } from "@/lib/format";
import { key } from "@/lib/writes";
import { callSince } from "./api";

const EVERY_MS = 2_000;
const QUIET_AFTER_MS = 3 * 60_000;
const STOPS_AFTER_MS = 10 * 60_000;

/** Waits for the first call, and turns green by itself. A refused call counts as arrived and explains itself. */
export function WaitingForCall({ credentialId = null }: { credentialId?: string | null }) {
  const { t } = useTranslation("home");
  const [since] = useState(() => new Date());
  const elapsedMs = useElapsed(since);
  const queries = useQueryClient();
  const { data: call } = useQuery({
    queryKey: key("calls", "waiting", credentialId, since.toISOString()),
    queryFn: ({ signal }) => callSince(since, credentialId, signal),
    // Only while somebody looks: a hidden tab asks nothing.
    refetchInterval: (query) => (query.state.data || Date.now() - since.getTime() > STOPS_AFTER_MS ? false : EVERY_MS),
    retry: false,
  });
  const arrived = call?.call_id;
  useEffect(() => {
    if (arrived === undefined) return;
    for (const noun of ["allocations", "usage", "credentials"] as const) void queries.invalidateQueries({ queryKey: [noun] });
  }, [arrived, queries]);

  return (
    <div role="status" aria-live="polite">
      {call ? <Arrived call={call} /> : <StillWaiting elapsedMs={elapsedMs} />}
      {!call && elapsedMs > QUIET_AFTER_MS && (
        <div className="mt-3 text-dense text-ink-2">
          <p className="font-medium text-ink">{t("waiting.quiet")}</p>
          <ul className="mt-1 list-disc pl-5">
            <li>{t("waiting.cause_address", { origin: location.origin })}</li>
            <li>{t("waiting.cause_variable")}</li>
            <li>{t("waiting.cause_network")}</li>
          </ul>
        </div>
      )}
    </div>
  );
}

function StillWaiting({ elapsedMs }: { elapsedMs: number }) {
  const { t } = useTranslation("home");
  const seconds = Math.floor(elapsedMs / 1000);
  return (
    <div className="flex items-center gap-3 rounded-card border border-accent-line bg-accent-soft px-3.5 py-2.5 text-dense">
      <span aria-hidden className="size-2 shrink-0 rounded-full bg-accent pulse-dot" />
      <span className="grow">
        <span className="font-medium">{t("waiting.title")}</span>
        <span className="text-ink-2 phone:hidden"> · {t("waiting.says")}</span>
      </span>
      {/* Not read out each second. */}
      <span aria-hidden className="tabular text-ink-3">
        {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, "0")}
      </span>
    </div>
  );
}

function Arrived({ call }: { call: NonNullable<Awaited<ReturnType<typeof callSince>>> }) {
  const { t } = useTranslation("home");
  const format = useFormat();
  const ok = call.outcome === "ok";
  return (
    <div className={ok ? "flex items-center gap-3 rounded-card border border-ok-line bg-ok-soft px-3.5 py-2.5 text-dense text-ok-ink" : "flex items-center gap-3 rounded-card border border-bad-line bg-bad-soft px-3.5 py-2.5 text-dense text-bad-ink"}>
      {ok ? <CircleCheck aria-hidden size={16} className="shrink-0" /> : <CircleAlert aria-hidden size={16} className="shrink-0" />}
      <span className="grow">
        <span className="font-medium">{ok ? t("waiting.arrived") : t("waiting.refused", { code: call.outcome })}</span>{" "}
        <span>{call.model ?? call.requested_model}</span>
      </span>
      {ok && (
        <span className="tabular shrink-0">
          <TokenCount count={call.input_tokens + call.output_tokens} /> {t("waiting.tokens", { count: call.input_tokens + call.output_tokens })} · <Money usd={call.billed_cost_usd} places={4} /> ·{" "}
          {format.time(call.started_at)}
        </span>
      )}
    </div>
  );
}

function useElapsed(since: Date): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, now - since.getTime());
}
