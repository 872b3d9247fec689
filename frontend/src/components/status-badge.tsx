import { Ban, Check, CircleHelp, Clock, EyeOff, Gauge, Lock, Pause, Plug, Plus, ShieldAlert, X, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Badge, type Tint } from "./ui/badge";

// Exactly the states and words of the design; nobody invents another where they use one.
const STATES = {
  "member.active": ["ok", Check],
  "member.disabled": ["neutral", Ban],
  "member.invited": ["neutral", Clock],
  "allocation.active": ["ok", Check],
  "allocation.paused": ["warn", Pause],
  "allocation.quarantined": ["hold", ShieldAlert],
  "allocation.revoked": ["neutral", undefined],
  "access.callable": ["ok", Check],
  "access.hidden": ["bad", EyeOff],
  "access.granted": ["ok", Check],
  "access.claimable": ["neutral", Plus],
  "access.closed": ["neutral", Lock],
  "access.locked": ["warn", Lock],
  "credential.active": ["ok", Check],
  "credential.paused": ["warn", Pause],
  "credential.expired": ["neutral", undefined],
  "credential.revoked": ["neutral", undefined],
  "provider_key.working": ["ok", Check],
  "provider_key.not_tested": ["neutral", CircleHelp],
  "provider_key.unreachable": ["bad", Plug],
  "provider_key.refused": ["bad", X],
  "provider_key.disabled": ["neutral", Ban],
  "route.healthy": ["ok", Check],
  "route.cooling": ["warn", Clock],
  "route.probing": ["acc", Clock],
  "route.standby": ["neutral", Clock],
  "route.disabled": ["neutral", Ban],
  "model.active": ["ok", Check],
  "model.restricted": ["neutral", Lock],
  "model.no_route": ["bad", Plug],
  "model.no_route_works": ["bad", Plug],
  "model.archived": ["neutral", undefined],
  "price.scheduled": ["acc", Clock],
  "price.in_force": ["ok", Check],
  "price.past": ["neutral", undefined],
} as const satisfies Record<string, readonly [Tint, LucideIcon | undefined]>;

export type StateName = keyof typeof STATES;

/** A state in the words of the design, with its icon and tint. */
export function StatusBadge({ state }: { state: StateName }) {
  const { t } = useTranslation();
  const [tint, icon] = STATES[state];
  return (
    <Badge tint={tint} icon={icon}>
      {t(`state.${state}`)}
    </Badge>
  );
}

const WAITING_HELPS = new Set(["rate_limited", "concurrency_limited", "overloaded", "shutting_down", "not_ready"]);

/** How a call ended: its code is its word. */
export function OutcomeBadge({ outcome }: { outcome: string }) {
  const [tint, icon] = lookOf(outcome);
  return (
    <Badge tint={tint} icon={icon} mono={outcome !== "ok"}>
      {outcome}
    </Badge>
  );
}

function lookOf(outcome: string): readonly [Tint, LucideIcon] {
  if (outcome === "ok") return ["ok", Check];
  if (outcome.endsWith("_quarantined")) return ["hold", ShieldAlert];
  if (outcome.endsWith("_paused")) return ["warn", Pause];
  if (outcome.endsWith("_in_use") || WAITING_HELPS.has(outcome)) return ["warn", Gauge];
  if (outcome.startsWith("upstream_") || outcome === "no_route") return ["bad", Plug];
  return ["bad", X];
}
