import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { useFormat } from "@/lib/format";
import { useWrite } from "@/lib/writes";
import { forgot, methodsQuery } from "@/session/api";
import { EntryProblem } from "./back-off";
import { useSecretInAddress } from "./enter";
import { Frame } from "./frame";
import { LinkForm } from "./link-form";

/** Asking for a link by which a password can be chosen anew, and choosing it by that link. */
export function ResetPage() {
  const { t } = useTranslation("entry");
  const format = useFormat();
  const secret = useSecretInAddress();
  if (secret === "") return <Forgotten />;
  return <LinkForm key={secret} secret={secret} kind="reset" title={t("reset.title")} says={(link) => t("reset.says", { until: format.moment(link.expires_at) })} verb={t("reset.save")} />;
}

function Forgotten() {
  const { t } = useTranslation("entry");
  const [identifier, setIdentifier] = useState("");
  const { sends_mail: sendsMail } = useSuspenseQuery(methodsQuery).data;
  const write = useWrite({ write: forgot, touches: [] });
  if (!sendsMail || write.data !== undefined) {
    return (
      <Frame title={t("forgot.title")} says={sendsMail ? t("forgot.sent", { identifier }) : t("forgot.no_mail")}>
        <Link to="/sign-in" className="text-dense font-medium text-accent-ink">
          {t("forgot.back")}
        </Link>
      </Frame>
    );
  }
  return (
    <Frame title={t("forgot.title")} says={t("forgot.says")}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(identifier.trim());
        }}
      >
        <EntryProblem problem={write.problem} />
        <TextField label={t("identifier")} autoComplete="username" required value={identifier} onChange={(event) => setIdentifier(event.target.value)} />
        <Button type="submit" look="primary" busy={write.isPending}>
          {t("forgot.send")}
        </Button>
      </form>
    </Frame>
  );
}
