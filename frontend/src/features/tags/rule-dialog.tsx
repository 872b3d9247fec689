import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { tagQuery } from "@/client/names";
import type { TagRuleShown } from "@/client/schema.gen";
import type { Choice } from "@/components/picker";
import { TagPicker } from "@/components/pickers";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, Select, TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { saveRule } from "./api";

const KINDS = ["domain", "suffix", "local_part", "identifier", "claim", "always"] as const;

/** Makes a rule, or changes one. */
export function RuleDialog({ rule, onClose }: { rule: TagRuleShown | null; onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const [name, setName] = useState(rule?.name ?? "");
  const [kind, setKind] = useState<(typeof KINDS)[number]>(rule?.kind ?? "domain");
  const [value, setValue] = useState(rule?.value ?? "");
  const [claim, setClaim] = useState(rule?.claim ?? "");
  const [enabled, setEnabled] = useState(rule?.enabled ?? true);
  const named = useQuery({ ...tagQuery(rule?.tag_id ?? ""), enabled: rule !== null }).data;
  const [picked, setPicked] = useState<Choice | null | undefined>(undefined);
  const tag = picked === undefined ? (rule === null ? null : { id: rule.tag_id, name: named?.name ?? rule.tag_id }) : picked;
  const write = useWrite({ write: saveRule, touches: ["admin"], onDone: onClose });
  const errors = fieldErrors(write.problem);
  return (
    <Dialog
      wide
      title={rule === null ? t("rules.new") : t("rules.change_title", { name: rule.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button
            look="primary"
            busy={write.isPending}
            disabled={tag === null || name.trim() === ""}
            onClick={() => {
              if (tag === null) return;
              write.mutate({
                id: rule?.id ?? null,
                rule: { name, tag_id: tag.id, kind, enabled, value: kind === "always" ? null : value, claim: kind === "claim" ? claim : null },
              });
            }}
          >
            {t("rules.save")}
          </Button>
        </>
      }
    >
      <div className="flex min-h-80 flex-col gap-4">
        <ProblemNote problem={write.problem} fields={["name", "kind", "value", "claim", "tag_id"]} />
        <TextField label={t("rules.name")} required value={name} error={errors["name"]} onChange={(event) => setName(event.target.value)} />
        <div className="grid gap-4 md:grid-cols-2">
          <Select label={t("rules.kind")} value={kind} error={errors["kind"]} onChange={(event) => setKind(KINDS.find((each) => each === event.target.value) ?? "domain")}>
            {KINDS.map((each) => (
              <option key={each} value={each}>
                {t(`rules.kind.${each}`)}
              </option>
            ))}
          </Select>
          {kind === "claim" && <TextField label={t("rules.claim")} hint={t("rules.claim_hint")} value={claim} error={errors["claim"]} onChange={(event) => setClaim(event.target.value)} />}
          {kind !== "always" && <TextField label={t("rules.value")} hint={t(`rules.hint.${kind}`)} value={value} error={errors["value"]} onChange={(event) => setValue(event.target.value)} />}
        </div>
        <Checkbox label={t("rules.enabled_label")} checked={enabled} onChange={(event) => setEnabled(event.target.checked)} />
        <TagPicker label={t("rules.tag")} value={tag} onPick={setPicked} error={errors["tag_id"]} />
      </div>
    </Dialog>
  );
}
