import { useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Slug } from "@/components/amounts";
import { Guide } from "@/components/guide";
import { Card } from "@/components/ui/card";
import { myAllocationsQuery } from "@/features/allocations/api";
import { ToolsYouKnow } from "@/features/apps/tools-you-know";
import { WaitingForCall } from "@/features/calls/waiting-for-call";
import { credentialsQuery } from "@/features/credentials/api";
import { CreateStep } from "@/features/credentials/create-step";
import { Newcomer } from "@/features/home/newcomer";
import { modelQuery } from "@/features/models/api";
import { Claimable } from "@/features/models/claim-step";
import { useSecret } from "@/session/secrets";

/** The way to a first call: claim, credential, call. Here three features meet that know nothing of one another. */
export default function FirstSteps() {
  const { t } = useTranslation("home");
  const allocations = useSuspenseQuery(myAllocationsQuery).data.items.filter((each) => each.state === "active");
  const credentials = useInfiniteQuery(credentialsQuery({ state: "active" })).data?.pages[0]?.items ?? [];
  const [allocation, credential] = [allocations[0], credentials[0]];
  const secret = useSecret(credential?.id ?? null);
  const model = useQuery({ ...modelQuery(allocation?.model ?? ""), enabled: allocation !== undefined }).data;
  const link = "font-medium text-accent-ink";
  return (
    <Newcomer
      beside={
        <div className="flex flex-col gap-3">
          <ToolsYouKnow />
          {allocation !== undefined && (
            <Card flush title={t("new.also")} aside={<Link to="/catalog" className={link}>{t("new.all_models")}</Link>}>
              <Claimable />
            </Card>
          )}
        </div>
      }
      steps={[
        {
          done: allocation !== undefined,
          title: t("new.claim"),
          says: allocation === undefined ? t("new.claim_says") : <Slug slug={allocation.model} />,
          aside: allocation === undefined && <Link to="/catalog" className={link}>{t("new.all_models")}</Link>,
          content: <Claimable />,
        },
        {
          done: credential !== undefined,
          title: t("new.credential"),
          says: credential === undefined ? t("new.credential_says") : `${credential.name} · ${credential.display}`,
          aside: credential && <Link to="/credentials/$id" params={{ id: credential.id }} className={link}>{t("new.open")}</Link>,
          content: <CreateStep />,
        },
        {
          done: false,
          title: t("new.call"),
          says: secret === null ? t("new.call_variable") : t("new.call_filled"),
          content: (
            <div className="flex flex-col gap-3">
              {model && <Guide model={model.slug} operations={model.operations} secret={secret} />}
              {allocation && (
                <p className="flex flex-wrap gap-x-4 gap-y-1 text-dense">
                  <Link to="/playground" search={{ model: allocation.model }} className={link}>
                    {t("new.try")}
                  </Link>
                  <Link to="/apps" className={link}>
                    {t("new.apps")}
                  </Link>
                </p>
              )}
              <WaitingForCall />
              {credential && secret === null && <p className="text-dense text-ink-2">{t("new.lost")} <Link to="/credentials/$id" params={{ id: credential.id }} className={link}>{t("new.rotate")}</Link></p>}
            </div>
          ),
        },
      ]}
    />
  );
}
