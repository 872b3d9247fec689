import { useTranslation } from "react-i18next";

import { useFormat } from "@/lib/format";
import type { AppId } from "./apps";
import { TESTED } from "./guides.gen";

/** Which version of an app was tried, and when; nothing where none was. */
export function LastTested({ id }: { id: AppId }) {
  const { t } = useTranslation("apps");
  const format = useFormat();
  if (!(id in TESTED.versions)) return null;
  const version = TESTED.versions[id as keyof typeof TESTED.versions];
  return <p className="text-ink-3">{t(id === "python" ? "tested_sdk" : "tested", { day: format.day(TESTED.on), version })}</p>;
}
