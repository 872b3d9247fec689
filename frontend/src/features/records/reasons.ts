import { useTranslation } from "react-i18next";

const KNOWN = [
  "ok",
  "allocation_paused",
  "allocation_quarantined",
  "allocation_revoked",
  "bad_request",
  "body_too_large",
  "concurrency_limited",
  "cost_quota_exceeded",
  "cost_quota_in_use",
  "credential_expired",
  "credential_paused",
  "credential_revoked",
  "input_too_long",
  "internal_error",
  "member_disabled",
  "model_ambiguous",
  "model_not_found",
  "model_not_in_scope",
  "model_unpriced",
  "no_route",
  "overloaded",
  "provider_key_disabled",
  "rate_limited",
  "request_quota_exceeded",
  "request_quota_in_use",
  "shutting_down",
  "source_not_allowed",
  "token_quota_exceeded",
  "token_quota_in_use",
  "unknown_operation",
  "unsupported_parameter",
  "upstream_auth",
  "upstream_error",
  "upstream_interrupted",
  "upstream_invalid",
  "upstream_overloaded",
  "upstream_rate_limited",
  "upstream_timeout",
  "upstream_unreachable",
] as const;

type Known = (typeof KNOWN)[number];

/** Why a call ended as it did, in a sentence; a code that has none of its own is named. */
export function useReasons(): (outcome: string) => string {
  const { t } = useTranslation("records");
  return (outcome) => (isKnown(outcome) ? t(`reason.${outcome}`) : t("reason.other", { code: outcome }));
}

function isKnown(outcome: string): outcome is Known {
  return (KNOWN as readonly string[]).includes(outcome);
}
