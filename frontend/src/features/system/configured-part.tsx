import { useTranslation } from "react-i18next";

import type { SettingShown } from "@/client/schema.gen";
import { Nothing } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { Filters, ToggleChip } from "@/components/filters";
import { Rows, type Column } from "@/components/rows";
import { SearchField } from "@/components/search-field";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { settingsFound } from "./report";

export interface ConfiguredAsked {
  q?: string | undefined;
  defaults?: "yes" | undefined;
}

/** What the operator has set, and where; what was left as it comes is found by a search, or asked for. */
export function ConfiguredPart({ settings, asked, onAsk }: { settings: readonly SettingShown[]; asked: ConfiguredAsked; onAsk: (change: Partial<ConfiguredAsked>) => void }) {
  const { t } = useTranslation("system");
  const columns = useColumns();
  const found = settingsFound(settings, asked.q, asked.defaults === "yes");
  return (
    <Card flush title={t("configured")}>
      <div className="flex flex-col gap-3 p-4">
        <p className="text-dense text-ink-2">{t("configured_says")}</p>
        <div className="flex flex-wrap items-center gap-2">
          <SearchField label={t("configured_search")} value={asked.q} onChange={(q) => onAsk({ q })} />
          <Filters>
            <ToggleChip on={asked.defaults === "yes"} onChange={(on) => onAsk({ defaults: on ? "yes" : undefined })}>
              {t("configured_defaults")}
            </ToggleChip>
          </Filters>
        </div>
      </div>
      <div className="-m-px">
        <Rows label={t("configured")} columns={columns} rows={found} rowId={(each) => each.name} empty={<EmptyState says={t(asked.q === undefined ? "configured_all_default" : "configured_none")} />} />
      </div>
    </Card>
  );
}

function useColumns(): Column<SettingShown>[] {
  const { t } = useTranslation("system");
  return [
    { id: "name", head: t("column.setting"), place: "title", cell: (each) => <code className="font-mono text-code break-all">{each.name}</code> },
    { id: "value", head: t("column.value"), place: "text", cell: (each) => <Value setting={each} /> },
    {
      id: "origin",
      head: t("column.origin"),
      place: "number",
      cell: (each) => (
        <span className="flex flex-col">
          {t(`origin.${each.origin}`)}
          {each.variable !== null && each.variable !== each.name && <code className="font-mono text-small break-all text-ink-3">{each.variable}</code>}
        </span>
      ),
    },
  ];
}

function Value({ setting }: { setting: SettingShown }) {
  const { t } = useTranslation("system");
  if (setting.is_secret) return setting.is_set ? <Badge tint="neutral">{t("secret_set")}</Badge> : <span className="text-ink-3">{t("secret_unset")}</span>;
  return setting.value === null ? <Nothing /> : <code className="font-mono text-code break-all">{setting.value}</code>;
}
