import { ImagePlus, Send, Square, X } from "lucide-react";
import { useRef, useState, type KeyboardEvent, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/ui/button";
import type { Question } from "./conversation";
import { addressOf, PICTURE_MB_MAX, PICTURE_TYPES, PICTURES_MAX, takenOf, type Refused } from "./pictures";

interface ComposerProps {
  draft: Question;
  onDraft: (draft: Question) => void;
  /** Whether the model takes pictures. */
  takesPictures: boolean;
  isAnswering: boolean;
  /** Why nothing can be sent; null where it can. */
  blocked: string | null;
  onSend: () => void;
  onStop: () => void;
}

/** Where a message is written. Enter sends it, with Shift it begins a new line. */
export function Composer({ draft, onDraft, takesPictures, isAnswering, blocked, onSend, onStop }: ComposerProps) {
  const { t } = useTranslation("playground");
  const files = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const isEmpty = draft.text.trim() === "";

  function submit(event?: SubmitEvent<HTMLFormElement>) {
    event?.preventDefault();
    if (!isEmpty && !isAnswering && blocked === null) onSend();
  }

  function pressed(event: KeyboardEvent) {
    // Enter also ends what an input method composes.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  }

  async function attach(chosen: readonly File[]) {
    const found = takenOf(chosen, draft.pictures.length);
    setRefused(found.refused);
    const addresses = await Promise.all(found.taken.map(addressOf));
    onDraft({ ...draft, pictures: [...draft.pictures, ...addresses] });
  }

  return (
    <form onSubmit={submit} className="rounded-card border border-control bg-surface p-3 has-[textarea:focus-visible]:border-focus">
      {draft.pictures.length > 0 && (
        <ul className="mb-2 flex flex-wrap gap-2">
          {draft.pictures.map((url, index) => (
            <li key={index} className="flex items-start gap-0.5">
              <img src={url} alt={t("picture.sent", { number: index + 1 })} className="h-16 rounded-button border border-line" />
              <IconButton
                icon={X}
                label={t("picture.remove", { number: index + 1 })}
                onClick={() => onDraft({ ...draft, pictures: draft.pictures.filter((_, at) => at !== index) })}
              />
            </li>
          ))}
        </ul>
      )}
      <textarea
        aria-label={t("composer.label")}
        placeholder={t("composer.label")}
        rows={2}
        value={draft.text}
        onKeyDown={pressed}
        onChange={(event) => onDraft({ ...draft, text: event.target.value })}
        className="field-sizing-content max-h-48 min-h-10 w-full resize-none bg-transparent px-1 text-body text-ink outline-none"
      />
      {refused !== null && (
        <p role="alert" className="px-1 pb-1 text-small text-bad-ink">
          {t(`picture.refused.${refused}`, { count: PICTURES_MAX, size: PICTURE_MB_MAX })}
        </p>
      )}
      <div className="flex items-center justify-between gap-3">
        <div className="flex min-w-0 items-center gap-2">
          {takesPictures && (
            <>
              <input
                ref={files}
                type="file"
                multiple
                hidden
                accept={PICTURE_TYPES.join(",")}
                onChange={(event) => {
                  void attach([...(event.target.files ?? [])]);
                  event.target.value = "";
                }}
              />
              <IconButton icon={ImagePlus} label={t("picture.add")} onClick={() => files.current?.click()} />
            </>
          )}
          <span className="px-1 text-small text-ink-3 phone:hidden">{blocked ?? t("composer.keys")}</span>
        </div>
        {isAnswering ? (
          <Button icon={Square} onClick={onStop}>
            {t("composer.stop")}
          </Button>
        ) : (
          <Button look="primary" type="submit" icon={Send} disabled={isEmpty || blocked !== null} title={blocked ?? undefined}>
            {t("composer.send")}
          </Button>
        )}
      </div>
    </form>
  );
}
