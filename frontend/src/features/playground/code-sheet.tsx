import { useState } from "react";
import { useTranslation } from "react-i18next";

import { CodeBlock } from "@/components/code-block";
import { Dialog } from "@/components/ui/dialog";
import { example, TOOL_NAMES, TOOLS, type Called, type Tool } from "@/lib/examples";

/** What was asked here, as code that asks the same elsewhere. */
export function CodeSheet({ tool, call, hasPictures, onClose }: { tool: Tool; call: Called; hasPictures: boolean; onClose: () => void }) {
  const { t } = useTranslation("playground");
  const [shown, setShown] = useState(tool);
  return (
    <Dialog wide title={t("code.title")} onClose={onClose}>
      <div className="flex flex-col gap-3">
        <CodeBlock label={t("code.title")} value={shown} onChange={setShown} snippets={TOOLS.map((each) => ({ name: each, label: TOOL_NAMES[each], text: example(each, call) }))} />
        <p className="text-small text-ink-3">{t("code.says")}</p>
        {hasPictures && <p className="text-small text-ink-3">{t("code.pictures")}</p>}
      </div>
    </Dialog>
  );
}
