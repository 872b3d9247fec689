import { useTranslation } from "react-i18next";

import { Card } from "@/components/ui/card";
import { Checkbox, Select } from "@/components/ui/field";
import { LANGUAGES, setLanguage, type Language } from "@/i18n";
import { browserZone } from "@/lib/zone";
import { useSetting } from "@/lib/settings";

/** What the member sets for this browser: language, theme, time zone, density, keys. In force at once. */
export function PreferencesPart() {
  const { t } = useTranslation("account");
  const [language] = useSetting("language");
  const [theme, setTheme] = useSetting("theme");
  const [zone, setZone] = useSetting("zone");
  const [density, setDensity] = useSetting("density");
  const [shortcuts, setShortcuts] = useSetting("shortcuts");
  return (
    <Card title={t("part.preferences")}>
      <div className="flex flex-col gap-5">
        <p className="text-dense text-ink-2">{t("preferences.says")}</p>
        <Select label={t("preferences.language")} value={language} onChange={(event) => void setLanguage(event.target.value as Language | "")}>
          <option value="">{t("preferences.browser")}</option>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </Select>
        <Select label={t("preferences.theme")} value={theme} onChange={(event) => setTheme(event.target.value as typeof theme)}>
          <option value="">{t("preferences.system")}</option>
          <option value="light">{t("preferences.light")}</option>
          <option value="dark">{t("preferences.dark")}</option>
        </Select>
        <Select label={t("preferences.zone")} hint={t("preferences.zone_hint")} value={zone} onChange={(event) => setZone(event.target.value)}>
          <option value="">{t("preferences.zone_browser", { zone: browserZone() })}</option>
          {Intl.supportedValuesOf("timeZone").map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </Select>
        <div className="flex flex-col gap-1">
          <Checkbox label={t("preferences.compact")} checked={density === "compact"} onChange={(event) => setDensity(event.target.checked ? "compact" : "")} />
          <Checkbox label={t("preferences.shortcuts")} checked={shortcuts !== "off"} onChange={(event) => setShortcuts(event.target.checked ? "" : "off")} />
        </div>
      </div>
    </Card>
  );
}
