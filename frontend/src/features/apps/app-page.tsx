import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { MyCredentialShown, MyModelShown } from "@/client/schema.gen";
import { Page } from "@/components/page";
import { Card } from "@/components/ui/card";
import { Select } from "@/components/ui/field";
import type { App, AppId } from "./apps";
import { Configuration } from "./configuration";
import { LastTested } from "./last-tested";
import { OneLine } from "./one-line";

interface AppPageProps {
  app: App & { id: AppId };
  /** The models of the member's that it works with, the best one first. */
  models: readonly MyModelShown[];
  model: MyModelShown | null;
  onModel: (slug: string) => void;
  credentials: readonly MyCredentialShown[];
  credential: MyCredentialShown | null;
  onCredential: (id: string) => void;
  /** Its secret, where it was made on this page just now. */
  secret: string | null;
  /** The secret, to be stored; a form that makes a credential; and what waits for the first call. */
  stored: ReactNode;
  create: ReactNode;
  waiting: ReactNode;
}

/** How one tool is set up for this gateway. */
export function AppPage(props: AppPageProps) {
  const { t } = useTranslation("apps");
  const { app } = props;
  return (
    <Page title={app.name} says={t(`about.${app.id}`)}>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_304px]">
        <div className="flex min-w-0 flex-col gap-3">
          {props.models.length === 0 && <NoModel app={app} />}
          {app.way === "line" && <OneLine id={app.id} />}
          {props.stored}
          <Card title={app.way === "line" ? t("by_hand") : t("set_up")}>
            <div className="flex flex-col gap-5">
              <Choose {...props} />
              {props.model !== null && <Configuration id={app.id} model={props.model} secret={props.secret} />}
            </div>
          </Card>
          <Card title={t("check")}>{props.waiting}</Card>
        </div>
        <div className="flex flex-col gap-3">
          <Card title={t("new_credential")}>
            <p className="mb-3 text-dense text-ink-2">{t("new_credential_says")}</p>
            {props.create}
          </Card>
          <Known app={app} />
        </div>
      </div>
    </Page>
  );
}

function NoModel({ app }: { app: App }) {
  const { t } = useTranslation("apps");
  return (
    <p role="status" className="rounded-card border border-warn-line bg-warn-soft px-3.5 py-3 text-dense text-warn-ink">
      {t("no_model", { app: app.name })}{" "}
      <Link to="/catalog" search={{ operation: app.operations[0], access: "claimable" }} className="font-medium underline">
        {t("claim")}
      </Link>
    </p>
  );
}

function Choose({ models, model, onModel, credentials, credential, onCredential, secret }: AppPageProps) {
  const { t } = useTranslation("apps");
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Select label={t("model")} value={model?.slug ?? ""} disabled={models.length === 0} onChange={(event) => onModel(event.target.value)}>
        {models.length === 0 && <option value="">{t("model_none")}</option>}
        {models.map((each) => (
          <option key={each.id} value={each.slug}>
            {each.slug}
          </option>
        ))}
      </Select>
      <Select
        label={t("credential")}
        hint={secret !== null ? t("secret_filled") : credential === null ? t("credential_make") : t("secret_yours", { display: credential.display })}
        value={credential?.id ?? ""}
        disabled={credentials.length === 0}
        onChange={(event) => onCredential(event.target.value)}
      >
        {credentials.length === 0 && <option value="">{t("credential_none")}</option>}
        {credentials.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
      </Select>
    </div>
  );
}

/** What is known of it: which version was tried, and what surprises people. */
function Known({ app }: { app: App & { id: AppId } }) {
  const { t } = useTranslation("apps");
  return (
    <Card title={t("known")}>
      <div className="flex flex-col gap-3 text-dense text-ink-2">
        <p>{t(`known.${app.id}`)}</p>
        <LastTested id={app.id} />
      </div>
    </Card>
  );
}
