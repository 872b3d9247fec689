import { useState } from "react";
import { useTranslation } from "react-i18next";

import { TagName } from "@/components/named";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { tryRules } from "./api";

/** Which rules would mean somebody who signs in for the first time. Nothing is changed. */
export function RuleTester() {
  const { t } = useTranslation("people");
  const [identifier, setIdentifier] = useState("");
  const write = useWrite({ write: tryRules, touches: [] });
  return (
    <Card title={t("rules.test")}>
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!write.isPending) write.mutate(identifier.trim());
        }}
      >
        <div className="grow md:max-w-80">
          <TextField label={t("rules.identifier")} required placeholder="mei.chen@example.org" value={identifier} error={fieldErrors(write.problem)["identifier"]} onChange={(event) => setIdentifier(event.target.value)} />
        </div>
        <Button type="submit" busy={write.isPending}>
          {t("rules.try")}
        </Button>
      </form>
      <div aria-live="polite" className="mt-3 flex flex-col gap-1 text-dense">
        <ProblemNote problem={write.problem} fields={["identifier"]} />
        {write.data?.rules.length === 0 && <p className="text-ink-2">{t("rules.none_met")}</p>}
        {write.data?.rules.map((rule) => (
          <p key={rule.id} className="flex gap-2">
            <span className="text-ink-2">{rule.name}</span>
            <TagName id={rule.tag_id} />
          </p>
        ))}
      </div>
    </Card>
  );
}
