import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import type { SystemChange, SystemShown } from "@/client/schema.gen";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Card, Fact, Facts } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { TextArea, TextField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import { useWrite } from "@/lib/writes";
import { changeSystem } from "./api";

type Setting = "organization_zone" | "registration_domains" | "portal_networks";

/** The settings that are the organization's own: its zone, who becomes a member by signing in, and from where the portal is used. */
export function SettingsPart({ system }: { system: SystemShown }) {
  const { t } = useTranslation("system");
  const [open, setOpen] = useState<Setting | null>(null);
  const change = (setting: Setting) => (
    <Button small look="quiet" onClick={() => setOpen(setting)}>
      {t("change")}
      <span className="sr-only">{t(`setting.${setting}`)}</span>
    </Button>
  );
  return (
    <>
      <Card title={t("setting.organization_zone")} aside={change("organization_zone")}>
        <Facts>
          <Fact label={t("zone")}>{system.organization_zone}</Fact>
        </Facts>
      </Card>
      <Card title={t("setting.registration_domains")} aside={change("registration_domains")}>
        <Listed items={system.registration_domains} none={t("domains_none")} />
      </Card>
      <Card title={t("setting.portal_networks")} aside={change("portal_networks")}>
        <Listed items={system.portal_networks ?? []} none={t("networks_none")} />
      </Card>
      {open !== null && <SettingDialog setting={open} system={system} onClose={() => setOpen(null)} />}
    </>
  );
}

function Listed({ items, none }: { items: readonly string[]; none: string }) {
  if (items.length === 0) return <p className="text-dense text-ink-2">{none}</p>;
  return (
    <ul className="flex flex-col gap-1">
      {items.map((item) => (
        <li key={item}>
          <code className="font-mono text-code break-all">{item}</code>
        </li>
      ))}
    </ul>
  );
}

function SettingDialog({ setting, system, onClose }: { setting: Setting; system: SystemShown; onClose: () => void }) {
  const { t } = useTranslation(["system", "shared"]);
  const toast = useToast();
  const before = system[setting];
  const [text, setText] = useState(typeof before === "string" ? before : (before ?? []).join("\n"));
  const write = useWrite({
    write: changeSystem,
    touches: ["admin", "me"],
    onDone: () => {
      onClose();
      toast(t("saved"));
    },
  });
  function submit(event: SubmitEvent) {
    event.preventDefault();
    write.mutate(changed(setting, text));
  }
  const label = t(`setting.${setting}`);
  const error = fieldErrors(write.problem)[setting];
  return (
    <Dialog title={label} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        <p>{t(`explain.${setting}`)}</p>
        {setting === "organization_zone" ? (
          <TextField label={t("zone")} hint={t("zone_hint")} required value={text} error={error} onChange={(event) => setText(event.target.value)} />
        ) : (
          <TextArea label={label} hint={t(`hint.${setting}`, { address: system.your_address ?? "–" })} rows={5} spellCheck={false} value={text} error={error} onChange={(event) => setText(event.target.value)} className="font-mono text-code" />
        )}
        <ProblemNote problem={write.problem} fields={[setting]} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button type="submit" look="primary" busy={write.isPending}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function changed(setting: Setting, text: string): SystemChange {
  const items = text.split(/[\s,]+/).filter((each) => each !== "");
  if (setting === "organization_zone") return { organization_zone: text.trim() };
  if (setting === "registration_domains") return { registration_domains: items };
  return { portal_networks: items.length === 0 ? null : items };
}
