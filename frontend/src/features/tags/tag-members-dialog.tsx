import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { MemberOfTagShown, TagShown } from "@/client/schema.gen";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { PreviewNote } from "@/components/stops";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextArea } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import { useWrite } from "@/lib/writes";
import { previewTagging, tagMembers, type Tagging } from "./api";

/** Gives members a tag, or takes it from one, after it was said who gains and who loses sight of models. */
export function TagMembersDialog({ tag, take, onClose }: { tag: TagShown; take?: MemberOfTagShown; onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const toast = useToast();
  const [typed, setTyped] = useState("");
  const identifiers = typed.split(/[\s,;]+/).filter((each) => each !== "");
  const given: Tagging = take === undefined ? { id: tag.id, how: "give", members: { identifiers } } : { id: tag.id, how: "take", members: { member_ids: [take.id] } };
  const write = useWrite({
    write: tagMembers,
    touches: ["admin"],
    onDone: (done) => {
      toast(t("tags.done", { count: done.changed }));
      onClose();
    },
  });
  const preview = useWrite({ write: previewTagging, touches: [] });
  const problem = preview.problem ?? write.problem;
  const seen = preview.data !== undefined;
  return (
    <Dialog
      title={take === undefined ? t("tags.give_title", { tag: tag.name }) : t("tags.take_title", { tag: tag.name, name: take.display_name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button
            look={take !== undefined && seen ? "solid-destructive" : "primary"}
            busy={preview.isPending || write.isPending}
            disabled={take === undefined && identifiers.length === 0}
            onClick={() => (seen ? write.mutate(given) : preview.mutate(given))}
          >
            {!seen ? t("tags.preview") : take === undefined ? t("tags.give") : t("tags.take")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <ProblemNote problem={problem} fields={["identifiers"]} />
        {take === undefined && (
          <TextArea
            label={t("tags.whom")}
            hint={t("tags.whom_hint")}
            rows={5}
            value={typed}
            error={fieldErrors(problem)["identifiers"]}
            onChange={(event) => {
              setTyped(event.target.value);
              preview.reset();
            }}
          />
        )}
        {take !== undefined && !seen && <p>{t("tags.take_says")}</p>}
        {preview.data && <PreviewNote preview={preview.data} />}
      </div>
    </Dialog>
  );
}
