import { useTranslation } from "react-i18next";

const KNOWN = [
  "chat",
  "responses",
  "embeddings",
  "vision",
  "function_calling",
  "parallel_function_calling",
  "tool_choice",
  "response_schema",
  "reasoning",
  "audio_input",
  "audio_output",
  "pdf_input",
  "web_search",
  "prompt_caching",
  "system_messages",
  "computer_use",
] as const;

type Known = (typeof KNOWN)[number];

/** What an operation or a capability is called. One that nobody has named in both languages is shown as it is. */
export function useAbilities(): (name: string) => string {
  const { t } = useTranslation("models");
  return (name) => (isKnown(name) ? t(`can.${name}`) : name.replaceAll("_", " "));
}

function isKnown(name: string): name is Known {
  return (KNOWN as readonly string[]).includes(name);
}
