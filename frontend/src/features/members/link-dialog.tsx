import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { LinkMade, MemberShown } from "@/client/schema.gen";
import { Moment } from "@/components/amounts";
import { CopyButton } from "@/components/copy-button";
import { ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { useWrite } from "@/lib/writes";
import { makeLink } from "./held-api";

/** Makes a link by which a member chooses a password; it is shown this once. */
export function LinkDialog({ member, kind, onClose }: { member: MemberShown; kind: "invitation" | "reset"; onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const [made, setMade] = useState<LinkMade | null>(null);
  const write = useWrite({
    write: makeLink,
    touches: ["admin"],
    onDone: (link) => {
      setMade(link);
      // The secret is kept by this dialog alone, not by the list of what was written.
      write.reset();
    },
  });
  return (
    <Dialog
      title={t(`link.title.${kind}`, { name: member.display_name })}
      onClose={onClose}
      actions={
        made === null ? (
          <>
            <Button onClick={onClose}>{t("shared:cancel")}</Button>
            <Button look="primary" busy={write.isPending} onClick={() => write.mutate({ id: member.id, kind })}>
              {t(`link.make.${kind}`)}
            </Button>
          </>
        ) : (
          <Button onClick={onClose}>{t("shared:close")}</Button>
        )
      }
    >
      <div className="flex flex-col gap-3">
        <ProblemNote problem={write.problem} />
        {made === null ? (
          <p>{t(`link.says.${kind}`)}</p>
        ) : (
          <>
            <p>{made.mailed ? t("link.mailed") : t("link.not_mailed")}</p>
            <code className="rounded-button border border-line bg-sunken px-3 py-2 font-mono text-code break-all text-ink">{made.url}</code>
            <CopyButton large text={made.url} label={t("link.copy")} />
            <p className="text-small">
              {t("link.until")} <Moment at={made.expires_at} />
            </p>
          </>
        )}
      </div>
    </Dialog>
  );
}
