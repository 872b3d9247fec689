import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, CircleAlert, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/page";
import { Badge } from "@/components/ui/badge";
import { callableModelsQuery } from "./api";
import { APPS, fitOf, type App } from "./apps";

/** The tools that can be set up, each with how that is done and whether a model of the member's fits it. */
export function AppsPage() {
  const { t } = useTranslation("apps");
  const { data: models } = useSuspenseQuery(callableModelsQuery);
  return (
    <Page title={t("title")} says={t("says")}>
      <ul className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
        {APPS.map((app) => (
          <li key={app.id}>
            <Link to="/apps/$app" params={{ app: app.id }} className="flex h-full flex-col gap-2 rounded-card border border-line bg-surface p-4 hover:border-line-strong hover:bg-hover">
              <span className="flex items-center justify-between gap-3">
                <span className="text-heading">{app.name}</span>
                <span className="text-small text-ink-3">{t(`way.${app.way}`)}</span>
              </span>
              <span className="grow text-dense text-ink-2">{t(`about.${app.id}`)}</span>
              <span>
                <Fit app={app} models={models} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}

function Fit({ app, models }: { app: App; models: Parameters<typeof fitOf>[1] }) {
  const { t } = useTranslation("apps");
  const { mine, isClaimable } = fitOf(app, models);
  if (mine > 0) {
    return (
      <Badge tint="ok" icon={Check}>
        {t("fit.mine", { count: mine })}
      </Badge>
    );
  }
  return isClaimable ? (
    <Badge tint="neutral" icon={Plus}>
      {t("fit.claimable")}
    </Badge>
  ) : (
    <Badge tint="warn" icon={CircleAlert}>
      {t("fit.none")}
    </Badge>
  );
}
