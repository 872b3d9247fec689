import { useSuspenseQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/page";
import { Card } from "@/components/ui/card";
import { useSecret } from "@/session/secrets";
import { credentialQuery } from "./api";
import { CredentialActions } from "./credential-actions";
import { SecretOnce } from "./secret-once";
import { WhatItCanDo } from "./what-it-can-do";

interface SetUpPageProps {
  id: string;
  /** How each tool is set up with it, with this secret in place; null where it is not here any more. */
  guide: (secret: string | null) => ReactNode;
  waiting: ReactNode;
}

/** Right after a credential was made: its secret, once, and how a tool is set up with it. */
export function CredentialSetUpPage({ id, guide, waiting }: SetUpPageProps) {
  const { t } = useTranslation("credentials");
  const { data: credential } = useSuspenseQuery(credentialQuery(id));
  const secret = useSecret(id);
  return (
    <Page name={credential.name} title={secret === null ? t("set_up.title", { name: credential.name }) : t("set_up.made")}>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_304px]">
        <div className="flex min-w-0 flex-col gap-3">
          <SecretOnce id={id} name={credential.name} />
          <Card flush title={t("set_up.tool")} aside={secret !== null && <span className="phone:hidden">{t("set_up.filled")}</span>}>
            {guide(secret)}
            <div className="p-4">{waiting}</div>
          </Card>
        </div>
        <div className="flex flex-col gap-3">
          <WhatItCanDo credential={credential} />
          <Card title={t("set_up.leaks")}>
            <p className="mb-3 text-dense text-ink-2">{t("set_up.leaks_says")}</p>
            <CredentialActions credential={credential} buttons />
          </Card>
        </div>
      </div>
    </Page>
  );
}
