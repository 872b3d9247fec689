import { useNavigate } from "@tanstack/react-router";
import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import type { ProviderKeyCreate } from "@/client/schema.gen";
import { Page } from "@/components/page";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Checkbox, Select, TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { connect } from "./api";
import { SecretField } from "./secret-field";
import { VENDORS, vendorOf } from "./vendors";

const OTHER = "-other";

/** Connecting a provider: which, its secret, and where it is where that is not known. It is tested on its own page right after. */
export function NewProviderKeyPage() {
  const { t } = useTranslation("providers");
  const navigate = useNavigate();
  const [vendor, setVendor] = useState("openai");
  const [isPrivate, setIsPrivate] = useState(false);
  const write = useWrite({
    write: connect,
    touches: ["admin"],
    onDone: (made) => void navigate({ to: "/admin/provider-keys/$id", params: { id: made.id }, search: { tested: true }, replace: true }),
  });
  const refused = fieldErrors(write.problem);
  const ask = vendorOf(vendor);
  const needsUrl = ask.example !== undefined;

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    write.mutate(askedOf(new FormData(event.currentTarget), vendor, isPrivate));
  }

  return (
    <Page title={t("add")} says={t("new.says")} width="form">
      <form className="flex flex-col gap-4" onSubmit={submit}>
        <ProblemNote problem={write.problem} fields={["name", "provider", "base_url", "api_version", "secret", "organization"]} />
        <Card>
          <div className="flex flex-col gap-5">
            <Select label={t("form.vendor")} value={vendor} onChange={(event) => setVendor(event.target.value)}>
              {Object.entries(VENDORS).map(([provider, each]) => (
                <option key={provider} value={provider}>
                  {each.name}
                </option>
              ))}
              <option value={OTHER}>{t("form.other")}</option>
            </Select>
            {vendor === OTHER && <TextField name="provider" required maxLength={64} label={t("form.provider")} hint={t("form.provider_hint")} error={refused["provider"]} autoComplete="off" />}
            <TextField key={`name ${vendor}`} name="name" required maxLength={200} label={t("form.name")} hint={t("form.name_hint")} error={refused["name"]} defaultValue={vendor === OTHER ? "" : `${vendor}-main`} autoComplete="off" />
            <SecretField provider={vendor} required={vendor !== OTHER} label={t("form.secret")} hint={vendor === OTHER ? t("form.secret_optional") : t("form.secret_hint")} hintOfFile={t("form.secret_file")} error={refused["secret"]} />
            {needsUrl && <TextField key={`url ${vendor}`} name="base_url" type="url" required label={t("form.base_url")} hint={t("form.example", { example: ask.example ?? "" })} error={refused["base_url"]} />}
            <details className="rounded-card border border-line px-3.5 py-2.5" open={vendor === OTHER}>
              <summary className="text-dense font-medium text-ink-2">{t("form.more")}</summary>
              <div className="flex flex-col gap-5 pt-4 pb-1.5">
                {!needsUrl && <TextField name="base_url" type="url" label={t("form.base_url")} hint={t("form.base_url_hint")} error={refused["base_url"]} />}
                {ask.versions === true && <TextField name="api_version" label={t("form.api_version")} hint={t("form.api_version_hint")} error={refused["api_version"]} />}
                <TextField name="organization" maxLength={200} label={t("form.organization")} hint={t("form.organization_hint")} error={refused["organization"]} />
                <Checkbox label={t("form.private")} checked={isPrivate} onChange={(event) => setIsPrivate(event.target.checked)} />
              </div>
            </details>
          </div>
        </Card>
        <div className="phone:sticky phone:bottom-[72px] phone:-mx-4 phone:border-t phone:border-line phone:bg-canvas phone:p-4">
          <Button type="submit" look="primary" busy={write.isPending} className="phone:w-full">
            {t("form.save")}
          </Button>
        </div>
      </form>
    </Page>
  );
}

function askedOf(form: FormData, vendor: string, isPrivate: boolean): ProviderKeyCreate {
  const text = (name: string) => {
    const given = form.get(name);
    const trimmed = typeof given === "string" ? given.trim() : "";
    return trimmed === "" ? null : trimmed;
  };
  return {
    provider: vendor === OTHER ? (text("provider") ?? "") : vendor,
    name: text("name") ?? "",
    base_url: text("base_url"),
    api_version: text("api_version"),
    organization: text("organization"),
    secret: text("secret"),
    allow_private_network: isPrivate,
  };
}
