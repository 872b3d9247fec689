import { useState } from "react";
import { useTranslation } from "react-i18next";

import { CodeBlock, CodeWithCopy } from "@/components/code-block";
import { Card } from "@/components/ui/card";
import type { AppId } from "./apps";
import { filled } from "./filled";
import { INSTALL_LINES } from "./guides.gen";

/** The line that sets a tool up by itself, for each system; what it changes, and the line that takes it back. */
export function OneLine({ id }: { id: AppId }) {
  const { t } = useTranslation("apps");
  const lines = id in INSTALL_LINES ? INSTALL_LINES[id as keyof typeof INSTALL_LINES] : [];
  const [system, setSystem] = useState<"unix" | "windows">(() => (lines.some((line) => line.system === "windows") && /Windows/.test(navigator.userAgent) ? "windows" : "unix"));
  const shown = lines.find((line) => line.system === system);
  if (shown === undefined) return null;
  const inPlace = (text: string) => filled(text, { origin: location.origin, secret: null, model: null });
  return (
    <Card title={t("line.title")}>
      <div className="flex flex-col gap-4">
        <CodeBlock label={t("line.title")} value={system} onChange={setSystem} snippets={lines.map((line) => ({ name: line.system, label: t(`line.${line.system}`), text: inPlace(line.install) }))} />
        <ol className="list-decimal space-y-1 pl-5 text-dense text-ink-2">
          <li>{t("line.step_code")}</li>
          <li>{t("line.step_approve")}</li>
          <li>{t("line.step_check")}</li>
        </ol>
        <div className="text-dense text-ink-2">
          <h3 className="font-medium text-ink">{t("line.changes")}</h3>
          <p className="mt-1">{t(`changes.${id as keyof typeof INSTALL_LINES}`)}</p>
          <p className="mt-1">{t("line.dry_run")}</p>
        </div>
        <CodeWithCopy title={t("line.undo")} text={inPlace(shown.undo)} />
      </div>
    </Card>
  );
}
