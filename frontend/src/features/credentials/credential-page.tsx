import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Moment, Money, Nothing, TokenCount } from "@/components/amounts";
import { LimitBar } from "@/components/limit-bar";
import { Page } from "@/components/page";
import { buttonClass } from "@/components/ui/button";
import { Card, Fact, Facts } from "@/components/ui/card";
import { useFormat } from "@/lib/format";
import { credentialQuery } from "./api";
import { CredentialActions } from "./credential-actions";
import { CredentialState } from "./credential-state";
import { EditScope } from "./edit-scope";
import { History } from "./history";
import { WhatItCanDo } from "./what-it-can-do";

/** One credential: what it can do, what is left to it, how it was used (`used`), and how to stop it. */
export function CredentialPage({ id, used }: { id: string; used: ReactNode }) {
  const { t } = useTranslation(["credentials", "credential"]);
  const { zone } = useFormat();
  const { data: credential } = useSuspenseQuery(credentialQuery(id, zone));
  const limited = credential.own_limits.filter((limit) => limit.limit !== null);
  return (
    <Page
      name={credential.name}
      title={
        <span className="flex flex-wrap items-center gap-3">
          {credential.name} <CredentialState credential={credential} />
        </span>
      }
      actions={
        credential.state === "active" ? (
          <Link to="/credentials/$id/set-up" params={{ id }} className={buttonClass()}>
            {t("set_up.verb")}
          </Link>
        ) : undefined
      }
    >
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_344px]">
        <div className="flex min-w-0 flex-col gap-3">
          <Card title={t("credential:one.month")}>
            <Facts>
              <Fact label={t("credential:one.spend")}>
                <Money usd={credential.month.billed_cost_usd} />
              </Fact>
              <Fact label={t("credential:one.calls")}>
                <TokenCount count={credential.month.calls} />
              </Fact>
              <Fact label={t("credential:one.input")}>
                <TokenCount count={credential.month.input_tokens} />
              </Fact>
              <Fact label={t("credential:one.output")}>
                <TokenCount count={credential.month.output_tokens} />
              </Fact>
              <Fact label={t("column.last_used")}>{credential.last_used_at === null ? <Nothing /> : <Moment at={credential.last_used_at} />}</Fact>
              <Fact label={t("credential:one.client")}>{credential.last_client ?? <Nothing />}</Fact>
              <Fact label={t("credential:one.created")}>
                <Moment at={credential.created_at} />
              </Fact>
            </Facts>
          </Card>
          {limited.length > 0 && (
            <Card title={t("credential:one.left")}>
              <div className="flex flex-col gap-4">
                {limited.map((limit) => (
                  <LimitBar key={`${limit.limit_id} ${limit.window}`} name={t("credential:one.own_limit")} limit={limit} />
                ))}
              </div>
            </Card>
          )}
          {used}
          <History id={id} />
          <Card title={t("credential:one.stop")}>
            <CredentialActions credential={credential} buttons />
          </Card>
        </div>
        <WhatItCanDo credential={credential} scopeEdit={credential.state === "revoked" ? undefined : <EditScope credential={credential} />} />
      </div>
    </Page>
  );
}
