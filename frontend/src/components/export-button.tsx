import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";

import { saveFile } from "@/lib/save-file";
import { useWrite } from "@/lib/writes";
import { ProblemNote } from "./problem";
import { Button } from "./ui/button";
import { Dialog } from "./ui/dialog";
import { Menu, MenuItem } from "./ui/menu";

const FORMS = ["csv", "jsonl"] as const;

export type FileForm = (typeof FORMS)[number];

/** Saves what the page asks for as a file. `name` is the file's, without its ending. */
export function ExportButton({ name, read }: { name: string; read: (form: FileForm) => Promise<Blob> }) {
  const { t } = useTranslation();
  const write = useWrite({ write: read, touches: [], onDone: (content, form) => saveFile(content, `${name}.${form}`) });
  return (
    <>
      <Menu
        trigger={
          <Button icon={Download} busy={write.isPending}>
            {write.isPending ? t("export.busy") : t("export.verb")}
          </Button>
        }
      >
        {FORMS.map((form) => (
          <MenuItem key={form} onSelect={() => write.mutate(form)}>
            {t(`export.${form}`)}
          </MenuItem>
        ))}
      </Menu>
      {write.problem !== null && (
        <Dialog title={t("export.failed")} onClose={write.reset} actions={<Button onClick={write.reset}>{t("close")}</Button>}>
          <ProblemNote problem={write.problem} />
        </Dialog>
      )}
    </>
  );
}
