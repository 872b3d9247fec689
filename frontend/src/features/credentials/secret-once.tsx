import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { Secret } from "@/components/secret";
import { forgetSecret, useSecret } from "@/session/secrets";

/** The secret of a credential that was just made, until its page is left. */
export function SecretOnce({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation("credentials");
  const secret = useSecret(id);
  useEffect(() => () => forgetSecret(id), [id]);
  if (secret === null) return null;
  return <Secret title={t("set_up.created", { name })} secret={secret} lost={t("set_up.leave_says")} />;
}
