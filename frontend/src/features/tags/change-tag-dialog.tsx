import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { TagShown } from "@/client/schema.gen";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { PreviewNote } from "@/components/stops";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox, TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { changeTag, previewTag } from "./api";

/** Changes a tag, after it was said who gains and who loses by it. */
export function ChangeTagDialog({ tag, onClose }: { tag: TagShown; onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const [name, setName] = useState(tag.name);
  const [priority, setPriority] = useState(String(tag.priority));
  const [everyone, setEveryone] = useState(tag.everyone);
  const write = useWrite({ write: changeTag, touches: ["admin"], onDone: onClose });
  const preview = useWrite({ write: previewTag, touches: [] });
  const change = {
    ...(name !== tag.name && { name }),
    ...(everyone !== tag.everyone && { everyone }),
    ...(Number(priority) !== tag.priority && { priority: Number(priority) }),
  };
  const problem = preview.problem ?? write.problem;
  const errors = fieldErrors(problem);
  const seen = preview.data !== undefined;
  const loses = preview.data !== undefined && preview.data.loses.count > 0;
  return (
    <Dialog
      title={t("tags.change_title", { name: tag.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button
            look={loses ? "solid-destructive" : "primary"}
            busy={preview.isPending || write.isPending}
            disabled={Object.keys(change).length === 0}
            onClick={() => (seen ? write.mutate({ id: tag.id, change }) : preview.mutate({ id: tag.id, change }))}
          >
            {seen ? t("tags.save") : t("tags.preview")}
          </Button>
        </>
      }
    >
      <div
        className="flex flex-col gap-4"
        onChange={() => preview.reset()}
      >
        <ProblemNote problem={problem} fields={["name", "priority"]} />
        <TextField label={t("tags.name")} value={name} error={errors["name"]} onChange={(event) => setName(event.target.value)} />
        <TextField label={t("tags.priority")} hint={t("tags.priority_hint")} inputMode="numeric" pattern="[0-9]+" value={priority} error={errors["priority"]} onChange={(event) => setPriority(event.target.value)} />
        <Checkbox label={t("tags.everyone_label")} checked={everyone} onChange={(event) => setEveryone(event.target.checked)} />
        {preview.data && <PreviewNote preview={preview.data} />}
      </div>
    </Dialog>
  );
}
