import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { MyCredentialShown, MyModelShown } from "@/client/schema.gen";
import { Select } from "@/components/ui/field";
import { Tabs } from "@/components/ui/tabs";
import { APPS, fittingOf, reachedBy, type App, type AppId } from "./apps";
import { Configuration } from "./configuration";
import { LastTested } from "./last-tested";

interface AppTabsProps {
  /** Whose configuration it is, and its secret where it was made on this page just now. */
  credential: Pick<MyCredentialShown, "allocation_ids" | "display" | "id">;
  secret: string | null;
  /** The models of the member's, whether this credential reaches them or not. */
  models: readonly MyModelShown[];
  /** What the address asks for. */
  app: AppId | undefined;
  model: string | undefined;
  onAsk: (change: { app?: AppId; model?: string }) => void;
}

/** The ready configuration of every app for one credential, a tab each. The first that shows is one that has a model. */
export function AppTabs({ credential, models, app, onAsk, ...rest }: AppTabsProps) {
  const { t } = useTranslation("apps");
  const reached = reachedBy(credential, models);
  const shown = app ?? APPS.find((each) => fittingOf(each, reached).length > 0)?.id ?? APPS[0].id;
  return (
    <Tabs
      label={t("title")}
      value={shown}
      onChange={(id) => onAsk({ app: id })}
      tabs={APPS.map((each) => ({
        name: each.id,
        label: each.name,
        content: <OneApp {...rest} app={each} credential={credential} reached={fittingOf(each, reached)} isElsewhere={fittingOf(each, models).length > 0} onModel={(model) => onAsk({ model })} />,
      }))}
    />
  );
}

interface OneAppProps extends Pick<AppTabsProps, "credential" | "secret" | "model"> {
  app: App & { id: AppId };
  /** The models that it works with and the credential reaches, the best one first. */
  reached: readonly MyModelShown[];
  /** Whether the member has a model that it works with. */
  isElsewhere: boolean;
  onModel: (slug: string) => void;
}

function OneApp({ app, credential, secret, reached, isElsewhere, model: asked, onModel }: OneAppProps) {
  const { t } = useTranslation("apps");
  const model = reached.find((each) => each.slug === asked) ?? reached[0];
  if (model === undefined) return <NoneReached app={app} credential={credential} isElsewhere={isElsewhere} />;
  return (
    <div className="flex flex-col gap-4 px-4 pt-4 text-dense">
      <div className="flex flex-col gap-1 text-ink-2">
        <p>{t(`about.${app.id}`)}</p>
        {app.way === "line" && (
          <p>
            {t("tab.by_line")}{" "}
            <Link to="/apps/$app" params={{ app: app.id }} className="font-medium text-accent-ink hover:underline">
              {t("tab.open_line")}
            </Link>
          </p>
        )}
        <LastTested id={app.id} />
      </div>
      {reached.length > 1 && (
        <div className="max-w-md">
          <Select label={t("model")} value={model.slug} onChange={(event) => onModel(event.target.value)}>
            {reached.map((each) => (
              <option key={each.id} value={each.slug}>
                {each.slug}
              </option>
            ))}
          </Select>
        </div>
      )}
      {secret === null && <p className="text-ink-2">{app.way === "code" ? t("tab.variable", { display: credential.display }) : t("secret_yours", { display: credential.display })}</p>}
      <Configuration id={app.id} model={model} secret={secret} />
    </div>
  );
}

function NoneReached({ app, credential, isElsewhere }: Pick<OneAppProps, "app" | "credential" | "isElsewhere">) {
  const { t } = useTranslation("apps");
  const look = "font-medium underline";
  return (
    <p role="status" className="mx-4 mt-4 rounded-card border border-warn-line bg-warn-soft px-3.5 py-3 text-dense text-warn-ink">
      {isElsewhere ? t("tab.not_reached", { app: app.name }) : t("no_model", { app: app.name })}{" "}
      {isElsewhere ? (
        <Link to="/credentials/$id" params={{ id: credential.id }} className={look}>
          {t("tab.open_credential")}
        </Link>
      ) : (
        <Link to="/catalog" search={{ operation: app.operations[0], access: "claimable" }} className={look}>
          {t("claim")}
        </Link>
      )}
    </p>
  );
}
