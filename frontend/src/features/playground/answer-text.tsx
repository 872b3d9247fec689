import { CodeWithCopy } from "@/components/code-block";
import { inlineOf, partsOf } from "./text-parts";

/** An answer to read: its words as they came, its code apart, each with a button that copies it. */
export function AnswerText({ text }: { text: string }) {
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {partsOf(text).map((part, index) =>
        part.kind === "code" ? (
          <CodeWithCopy key={index} isFile title={part.language} text={part.text} />
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
