import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { MyCredentialFound } from "@/client/schema.gen";
import { Moment, Slug } from "@/components/amounts";
import { useLimitWords } from "@/components/limit-bar";
import { Card, Fact, Facts } from "@/components/ui/card";
import { scopeQuery } from "./api";

/** Which models a credential reaches, until when, up to how much, and from where; `scopeEdit` stands below the models. */
export function WhatItCanDo({ credential, scopeEdit }: { credential: MyCredentialFound; scopeEdit?: ReactNode }) {
  const { t } = useTranslation("credentials");
  const words = useLimitWords();
  const mine = useQuery(scopeQuery).data?.items.filter((each) => each.state !== "revoked") ?? [];
  const scope = credential.allocation_ids;
  const reached = scope === null ? mine : mine.filter((each) => scope.includes(each.id));
  return (
    <Card title={t("can.title")}>
      <Facts>
        <Fact label={t("can.scope")}>{scope === null ? t("scope.all") : t("can.some_of", { count: scope.length, all: mine.length })}</Fact>
      </Facts>
      <ul className="mt-2.5 flex flex-col gap-1.5 text-dense">
        {reached.map((each) => (
          <li key={each.id} className="flex items-start gap-2">
            <Check aria-hidden size={14} className="mt-0.5 shrink-0 text-ok-ink" />
            <Slug slug={each.model} />
          </li>
        ))}
      </ul>
      {scopeEdit}
      <div className="mt-3 mb-2.5 border-t border-line" />
      <Facts>
        <Fact label={t("can.expires")}>{credential.expires_at === null ? t("never") : <Moment at={credential.expires_at} as="day" />}</Fact>
        <Fact label={t("can.limit")}>
          {credential.own_limits.length === 0
            ? t("can.no_limit")
            : credential.own_limits.map((limit) => words.each({ ...limit, amount: limit.limit ?? 0 })).join(", ")}
        </Fact>
        <Fact label={t("can.networks")}>{credential.source_networks === null ? t("can.anywhere") : credential.source_networks.join(", ")}</Fact>
        <Fact label={t("can.shown_as")}>
          <code className="font-mono text-code">{credential.display}</code>
        </Fact>
      </Facts>
    </Card>
  );
}
