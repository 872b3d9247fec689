import { useBlocker } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { Secret } from "@/components/secret";
import { ConfirmDialog } from "@/components/ui/dialog";
import { forgetSecret, useSecret } from "@/session/secrets";

/** The secret of a credential that was just made, until its page is left: who leaves before it is stored is asked once. */
export function SecretOnce({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation("credentials");
  const secret = useSecret(id);
  const [stored, setStored] = useState(false);
  const unsafe = secret !== null && !stored;
  const blocker = useBlocker({
    // Another tab or filter of the same page is no way out.
    shouldBlockFn: ({ current, next }) => unsafe && current.pathname !== next.pathname,
    enableBeforeUnload: () => unsafe,
    withResolver: true,
  });
  useEffect(() => () => forgetSecret(id), [id]);
  if (secret === null) return null;
  return (
    <>
      <Secret title={t("set_up.created", { name })} secret={secret} stored={stored} onStored={setStored} />
      {blocker.status === "blocked" && (
        <ConfirmDialog title={t("set_up.leave_ask")} verb={t("set_up.leave")} busy={false} problem={null} onClose={blocker.reset} onConfirm={blocker.proceed}>
          <p>{t("set_up.leave_says")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
