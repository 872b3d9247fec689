import { Clock } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { CredentialShown } from "@/client/schema.gen";
import { StatusBadge } from "@/components/status-badge";
import { Badge } from "@/components/ui/badge";

const DAY_MS = 86_400_000;
const SOON_DAYS = 7;

/** How many whole days a credential is good for; null where it does not expire, or is over. */
export function daysLeft(credential: Pick<CredentialShown, "expires_at" | "state">, now = new Date()): number | null {
  if (credential.expires_at === null || credential.state !== "active") return null;
  return Math.max(0, Math.floor((Date.parse(credential.expires_at) - now.getTime()) / DAY_MS));
}

/** The state of a credential, which warns a week before its end. */
export function CredentialState({ credential }: { credential: Pick<CredentialShown, "expires_at" | "state"> }) {
  const { t } = useTranslation("credentials");
  const left = daysLeft(credential);
  if (left !== null && left < SOON_DAYS) {
    return (
      <Badge tint="warn" icon={Clock}>
        {t("expires_in", { count: left })}
      </Badge>
    );
  }
  return <StatusBadge state={`credential.${credential.state}`} />;
}
