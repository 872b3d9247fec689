import { useTranslation } from "react-i18next";

import { Code } from "@/components/code-block";
import { CopyButton } from "@/components/copy-button";
import { inlineOf, partsOf } from "./text-parts";

/** An answer to read: its words as they came, its code apart, each with a button that copies it. */
export function AnswerText({ text }: { text: string }) {
  const { t } = useTranslation("playground");
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {partsOf(text).map((part, index) =>
        part.kind === "code" ? (
          <div key={index} className="overflow-hidden rounded-card border border-line bg-sunken">
            <div className="flex items-center justify-between gap-2 border-b border-line p-1.5">
              <span className="px-2.5 font-mono text-small text-ink-3">{part.language}</span>
              <CopyButton text={part.text} label={t("copy_code")} />
            </div>
            <Code text={part.text} />
          </div>
        ) : (
          <p key={index} className="break-words whitespace-pre-wrap">
            {inlineOf(part.text).map((each, at) =>
              at % 2 === 1 ? (
                <code key={at} className="rounded-badge bg-hover px-1 font-mono text-code">
                  {each}
                </code>
              ) : (
                each
              ),
            )}
          </p>
        ),
      )}
    </div>
  );
}
