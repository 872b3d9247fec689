import { Clock } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { MemberOpened } from "@/client/schema.gen";
import { StatusBadge } from "./status-badge";
import { Badge } from "./ui/badge";

/** Whether a member may do anything; of a person who has never signed in, that they were invited. */
export function MemberState({ member }: { member: Pick<MemberOpened, "status" | "first_sign_in"> }) {
  const { t } = useTranslation("people");
  if (member.status !== "active" || member.first_sign_in === null) return <StatusBadge state={`member.${member.status}`} />;
  if (member.first_sign_in === "awaited") return <StatusBadge state="member.invited" />;
  return (
    <Badge tint="warn" icon={Clock}>
      {t("members.invitation_expired")}
    </Badge>
  );
}
