import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import type { ProviderKeyChange, ProviderKeyShown } from "@/client/schema.gen";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { change } from "./api";
import { SecretField, secretIn } from "./secret-field";
import { vendorOf } from "./vendors";

const FIELDS = ["name", "organization", "base_url", "api_version", "secret"] as const;

/** What a provider key is called, where it is, and over which networks. To go elsewhere, it needs its secret again. */
export function EditDialog({ shown, onClose }: { shown: ProviderKeyShown; onClose: () => void }) {
  const { t } = useTranslation(["providers", "shared"]);
  const write = useWrite({ write: change, touches: ["admin"], onDone: onClose });
  const refused = fieldErrors(write.problem);
  const [draft, setDraft] = useState({
    name: shown.name,
    organization: shown.organization ?? "",
    base_url: shown.base_url,
    api_version: shown.api_version ?? "",
    allow_private_network: shown.allow_private_network,
  });
  const field = (name: "name" | "organization" | "base_url" | "api_version") => ({
    name,
    value: draft[name],
    error: refused[name],
    onChange: (event: { target: { value: string } }) => setDraft({ ...draft, [name]: event.target.value }),
  });
  // A stored secret is never sent to another address, or over another network, than it was given for.
  const moves = draft.base_url.trim() !== shown.base_url || draft.allow_private_network !== shown.allow_private_network;
  const needsSecret = moves && shown.secret_display !== null;
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const changes = changesOf(shown, draft);
    if (needsSecret) changes.secret = secretIn(event.currentTarget);
    if (Object.keys(changes).length === 0) onClose();
    else write.mutate({ id: shown.id, changes });
  }
  return (
    <Dialog title={t("edit.title", { name: shown.name })} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        <TextField {...field("name")} required maxLength={200} label={t("form.name")} />
        <TextField {...field("organization")} maxLength={100} label={t("form.organization")} hint={t("form.organization_hint")} />
        <TextField {...field("base_url")} type="url" maxLength={2048} label={t("form.base_url")} hint={t("form.base_url_hint")} />
        {(vendorOf(shown.provider).versions === true || shown.api_version !== null) && <TextField {...field("api_version")} maxLength={64} label={t("form.api_version")} hint={t("form.api_version_hint")} />}
        <Checkbox label={t("form.private")} checked={draft.allow_private_network} onChange={(event) => setDraft({ ...draft, allow_private_network: event.target.checked })} />
        {needsSecret && <SecretField provider={shown.provider} required label={t("form.secret")} hint={t("edit.secret_again")} hintOfFile={t("edit.secret_again")} error={refused["secret"]} />}
        <ProblemNote problem={write.problem} fields={FIELDS} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button type="submit" look="primary" busy={write.isPending}>
            {t("edit.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface Draft {
  name: string;
  organization: string;
  base_url: string;
  api_version: string;
  allow_private_network: boolean;
}

/** Only what differs: an address given again, be it the same, would take a flag away. */
export function changesOf(shown: ProviderKeyShown, draft: Draft): ProviderKeyChange {
  const orNull = (text: string) => (text.trim() === "" ? null : text.trim());
  const changes: ProviderKeyChange = {};
  if (draft.name.trim() !== shown.name) changes.name = draft.name.trim();
  if (orNull(draft.organization) !== shown.organization) changes.organization = orNull(draft.organization);
  if (draft.base_url.trim() !== shown.base_url) changes.base_url = orNull(draft.base_url);
  if (orNull(draft.api_version) !== shown.api_version) changes.api_version = orNull(draft.api_version);
  if (draft.allow_private_network !== shown.allow_private_network) changes.allow_private_network = draft.allow_private_network;
  return changes;
}
