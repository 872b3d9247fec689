import { useState } from "react";
import { useTranslation } from "react-i18next";

import { example, exampleOperation, TOOL_NAMES, TOOLS, type Tool } from "@/lib/examples";
import { CodeBlock } from "./code-block";

interface GuideProps {
  model: string;
  operations: readonly string[];
  secret: string | null;
  /** One way to write it instead of all. */
  only?: Tool;
}

/** A first call, ready to paste, with the secret in it where it is known. */
export function Guide({ model, operations, secret, only }: GuideProps) {
  const { t } = useTranslation();
  const [tool, setTool] = useState<Tool>("curl");
  return (
    <CodeBlock
      label={t("guide")}
      value={tool}
      onChange={setTool}
      secret={secret}
      snippets={TOOLS.filter((each) => only === undefined || each === only).map((each) => ({
        name: each,
        label: TOOL_NAMES[each],
        text: example(each, { origin: location.origin, model, operation: exampleOperation(operations), key: secret }),
      }))}
    />
  );
}
