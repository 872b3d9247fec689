import type { MemberOpened } from "@/client/schema.gen";
import { StatusBadge } from "@/components/status-badge";

/** Whether a member may do anything; of a person who has never signed in, that they were invited. */
export function MemberState({ member }: { member: Pick<MemberOpened, "status" | "first_sign_in"> }) {
  if (member.status !== "active" || member.first_sign_in === null) return <StatusBadge state={`member.${member.status}`} />;
  return <StatusBadge state={member.first_sign_in === "awaited" ? "member.invited" : "member.invitation_expired"} />;
}
