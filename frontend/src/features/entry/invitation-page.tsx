import { useTranslation } from "react-i18next";

import { useFormat } from "@/lib/format";
import { useSecretInAddress } from "./enter";
import { LinkForm } from "./link-form";

/** Joining by an invitation. */
export function InvitationPage() {
  const { t } = useTranslation("entry");
  const format = useFormat();
  const secret = useSecretInAddress();
  return (
    <LinkForm
      key={secret}
      secret={secret}
      kind="invitation"
      title={t("invitation.title")}
      says={(link) => t("invitation.says", { name: link.display_name ?? "", until: format.moment(link.expires_at) })}
      verb={t("invitation.continue")}
    />
  );
}
