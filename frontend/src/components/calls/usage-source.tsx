import { useTranslation } from "react-i18next";

const SOURCES = ["provider", "counted", "estimated", "none"] as const;

/** Where the tokens of a call are known from, in words; what another version wrote, as it was recorded. */
export function UsageSource({ source }: { source: string }) {
  const { t } = useTranslation();
  const known = SOURCES.find((each) => each === source);
  return known === undefined ? source : t(`usage_source.${known}`);
}
