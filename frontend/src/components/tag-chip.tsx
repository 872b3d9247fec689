import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { tagQuery } from "@/client/names";
import { SetChip, ToggleChip } from "./filters";
import { TagPicker } from "./pickers";
import { Dialog } from "./ui/dialog";

/** Narrows a list to members whom a tag applies to, or to what is theirs; it is picked by name, however many tags there are. */
export function TagChip({ id, onChange }: { id: string | undefined; onChange: (id: string | undefined) => void }) {
  const { t } = useTranslation("people");
  const [isPicking, setPicking] = useState(false);
  if (id !== undefined) return <Chosen id={id} onClear={() => onChange(undefined)} />;
  return (
    <>
      <ToggleChip on={false} onChange={() => setPicking(true)}>
        {t("column.tags")}
      </ToggleChip>
      {isPicking && (
        <Dialog title={t("members.pick_tag")} onClose={() => setPicking(false)}>
          <TagPicker
            label={t("column.tags")}
            value={null}
            onPick={(tag) => {
              setPicking(false);
              onChange(tag?.id);
            }}
          />
        </Dialog>
      )}
    </>
  );
}

function Chosen({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("people");
  return <SetChip name={t("column.tags")} value={useQuery(tagQuery(id)).data?.name ?? id.slice(0, 8)} onClear={onClear} />;
}
