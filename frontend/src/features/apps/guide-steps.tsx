import { useTranslation } from "react-i18next";

import { CodeWithCopy } from "@/components/code-block";
import { filled, type Filling } from "./filled";
import { GUIDES } from "./guides.gen";

/** A configuration, step by step: what goes into which file, and what is typed into a terminal. */
export function GuideSteps({ id, filling }: { id: keyof typeof GUIDES; filling: Filling }) {
  const { t } = useTranslation("apps");
  return (
    <ol className="flex flex-col gap-4">
      {GUIDES[id].map(({ file, text }, index) => (
        <li key={text} className="flex flex-col gap-1.5">
          <CodeWithCopy title={file ?? t(index > 0 && GUIDES[id][0].file === null ? "step.or_terminal" : "step.terminal")} isFile={file !== null} text={filled(text, filling)} secret={filling.secret} />
        </li>
      ))}
    </ol>
  );
}
