import { useState } from "react";
import { useTranslation } from "react-i18next";

import { example, exampleOperation, TOOL_NAMES, TOOLS, type Tool } from "@/lib/examples";
import { CodeBlock } from "./code-block";

/** A first call, ready to paste, with the secret in it where it is known. */
export function Guide({ model, operations, secret }: { model: string; operations: readonly string[]; secret: string | null }) {
  const { t } = useTranslation();
  const [tool, setTool] = useState<Tool>("curl");
  return (
    <CodeBlock
      label={t("guide")}
      value={tool}
      onChange={setTool}
      secret={secret}
      snippets={TOOLS.map((each) => ({
        name: each,
        label: TOOL_NAMES[each],
        text: example(each, { origin: location.origin, model, operation: exampleOperation(operations), key: secret }),
      }))}
    />
  );
}
