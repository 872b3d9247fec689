import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";

interface ActionDialogProps {
  value: string | undefined;
  /** Actions that are seen now, to choose from while typing. */
  known: readonly string[];
  onPick: (action: string | undefined) => void;
  onClose: () => void;
}

/** Narrows the trail to one action. */
export function ActionDialog({ value, known, onPick, onClose }: ActionDialogProps) {
  const { t } = useTranslation(["audit", "shared"]);
  const id = useId();
  const [typed, setTyped] = useState(value ?? "");
  return (
    <Dialog title={t("set.action")} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          onPick(typed.trim() === "" ? undefined : typed.trim());
          onClose();
        }}
      >
        <TextField label={t("set.action")} hint={t("action_hint")} list={id} maxLength={64} autoComplete="off" spellCheck={false} value={typed} onChange={(event) => setTyped(event.target.value)} />
        <datalist id={id}>
          {known.map((action) => (
            <option key={action} value={action} />
          ))}
        </datalist>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button type="submit" look="primary">
            {t("show")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
