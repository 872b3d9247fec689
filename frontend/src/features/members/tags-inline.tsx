import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { MemberShown } from "@/client/schema.gen";
import type { Choice } from "@/components/picker";
import { TagPicker } from "@/components/pickers";
import { ProblemNote } from "@/components/problem";
import { PreviewNote } from "@/components/stops";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { useWrite } from "@/lib/writes";
import { previewTagOf, tagMember } from "./api";

/** What is asked of a tag; it is picked in the dialog where it is not known before. */
interface Asked {
  how: "give" | "take";
  tag?: Choice;
}

/** A member's tags where they stand: each can be taken away, another given. */
export function TagsInline({ member }: { member: Pick<MemberShown, "id" | "display_name" | "tags"> }) {
  const { t } = useTranslation("people");
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <>
      <ul className="flex flex-wrap items-center gap-1">
        {member.tags.map((tag) => (
          <li key={tag.id} className="inline-flex items-center gap-0.5 rounded-badge border border-line bg-surface pl-1.5 text-small text-ink-2">
            {tag.name}
            {tag.everyone ? (
              <span className="w-1.5" />
            ) : (
              <button
                type="button"
                aria-label={t("members.take_tag", { tag: tag.name, name: member.display_name })}
                title={t("members.take_tag", { tag: tag.name, name: member.display_name })}
                onClick={() => setAsked({ how: "take", tag })}
                className="flex size-6 items-center justify-center rounded-badge text-ink-3 hover:bg-hover hover:text-ink coarse:size-9"
              >
                <X aria-hidden size={12} strokeWidth={1.75} />
              </button>
            )}
          </li>
        ))}
        <li className="inline-flex">
          <button
            type="button"
            aria-label={t("members.add_tag_to", { name: member.display_name })}
            title={t("members.add_tag_to", { name: member.display_name })}
            onClick={() => setAsked({ how: "give" })}
            className="flex size-6 items-center justify-center rounded-badge border border-dashed border-line-strong text-ink-3 hover:bg-hover hover:text-ink coarse:size-9"
          >
            <Plus aria-hidden size={12} strokeWidth={1.75} />
          </button>
        </li>
      </ul>
      {asked !== null && <TagDialog memberIds={[member.id]} name={member.display_name} asked={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

/** Gives some members a tag, or takes it from them, after it was said who gains and who loses by it. */
export function TagDialog({ memberIds, name, asked, onClose }: { memberIds: string[]; name: string; asked: Asked; onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const [tag, setTag] = useState<Choice | null>(asked.tag ?? null);
  const preview = useWrite({ write: previewTagOf, touches: [] });
  const write = useWrite({ write: tagMember, touches: ["admin"], onDone: onClose });
  const seen = preview.data !== undefined;
  const isTake = asked.how === "take";
  return (
    <Dialog
      title={asked.tag !== undefined ? t("tags.take_title", { tag: asked.tag.name, name }) : t(isTake ? "members.take_tag_from" : "members.add_tag_to", { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button
            look={isTake && seen ? "solid-destructive" : "primary"}
            disabled={tag === null}
            busy={preview.isPending || write.isPending}
            onClick={() => {
              if (tag === null) return;
              const given = { tag: tag.id, how: asked.how, members: memberIds };
              if (seen) write.mutate(given);
              else preview.mutate(given);
            }}
          >
            {!seen ? t("tags.preview") : isTake ? t("tags.take") : t("tags.give")}
          </Button>
        </>
      }
    >
      <div className={asked.tag !== undefined ? "flex flex-col gap-4" : "flex min-h-64 flex-col gap-4"}>
        <ProblemNote problem={preview.problem ?? write.problem} />
        {isTake && !seen && <p>{t("tags.take_says")}</p>}
        {asked.tag === undefined && (
          <TagPicker
            label={t("column.tag")}
            value={tag}
            onPick={(choice) => {
              setTag(choice);
              preview.reset();
            }}
          />
        )}
        {preview.data && <PreviewNote preview={preview.data} />}
      </div>
    </Dialog>
  );
}
