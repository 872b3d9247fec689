import { useQueries, useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { Check, Minus, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { CallRecordShown } from "@/client/schema.gen";
import { useFormat } from "@/lib/format";
import { providerKeysQuery, routeQuery } from "./api";

/** A try at a route, as the record has it; what is not there was not recorded. */
interface Attempt {
  routeId: string | null;
  keyId: string | null;
  status: number | null;
  code: string;
  isSent: boolean;
  ms: number;
}

function attemptOf(raw: Readonly<Record<string, unknown>>): Attempt {
  const text = (name: string) => (typeof raw[name] === "string" ? raw[name] : null);
  const count = (name: string) => (typeof raw[name] === "number" ? raw[name] : null);
  return { routeId: text("route_id"), keyId: text("provider_key_id"), status: count("status"), code: text("code") ?? "", isSent: raw["sent"] === true, ms: count("ms") ?? 0 };
}

/** Every try of a call, in its order; or that nothing was sent to a provider. */
export function Attempts({ call }: { call: CallRecordShown }) {
  const { t } = useTranslation("records");
  const format = useFormat();
  const attempts = call.attempts.map(attemptOf);
  const keys = useQuery({ ...providerKeysQuery, enabled: attempts.length > 0 }).data?.items ?? [];
  const ids = [...new Set(attempts.map((attempt) => attempt.routeId).filter((id) => id !== null))];
  const routes = useQueries({ queries: ids.map((id) => routeQuery(id)) });
  const upstream = new Map(ids.map((id, index) => [id, routes[index]?.data?.upstream_model]));
  if (attempts.length === 0) {
    return (
      <p className="flex items-center gap-2.5 text-dense">
        <Dot look="neutral" />
        {t("not_sent")}
      </p>
    );
  }
  return (
    <ol className="flex flex-col gap-3">
      {attempts.map((attempt, index) => (
        <li key={index} className="flex gap-2.5 text-dense">
          <Dot look={attempt.code === "ok" ? "ok" : "bad"} />
          <div className="min-w-0 grow">
            <p>
              <span className="font-medium">{keys.find((each) => each.id === attempt.keyId)?.name ?? t("unknown_key")}</span>{" "}
              <code className="font-mono text-small text-ink-3">{attempt.routeId === null ? "" : (upstream.get(attempt.routeId) ?? "")}</code>
            </p>
            <p className="tabular text-small text-ink-2">
              <code className="font-mono">{attempt.code}</code>
              {attempt.status !== null && <> · {t("status", { status: attempt.status })}</>} · {format.duration(attempt.ms)} · {attempt.isSent ? t("was_sent") : t("was_not_sent")}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}

function Dot({ look }: { look: "ok" | "bad" | "neutral" }) {
  const Icon = { ok: Check, bad: X, neutral: Minus }[look];
  return (
    <span aria-hidden className={clsx("flex size-5 shrink-0 items-center justify-center rounded-full", { ok: "bg-ok-soft text-ok-ink", bad: "bg-bad-soft text-bad-ink", neutral: "bg-hover text-ink-2" }[look])}>
      <Icon size={12} strokeWidth={2.25} />
    </span>
  );
}
