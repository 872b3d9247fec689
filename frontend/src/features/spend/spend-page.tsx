import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { SetChip } from "@/components/filters";
import { ReportPage, type ReportChange, type View } from "@/components/reports/report-page";
import { useFormat } from "@/lib/format";
import { exportReport, filterNameQuery, FILTERS, reportQuery, type By, type Filter, type SpendAsked } from "./api";
import { BYS } from "./asked";
import { DRILLS } from "./drills";

interface SpendProps {
  asked: SpendAsked;
  view: View;
  onAsk: (change: ReportChange<By> & SpendAsked) => void;
}

/** Where the organization's money went, by whatever it is told apart. */
export function SpendPage({ asked, view, onAsk }: SpendProps) {
  const { t } = useTranslation("reports");
  const { zone } = useFormat();
  const result = useQuery(reportQuery(asked, zone));
  const set = FILTERS.filter((filter) => asked[filter] !== undefined);
  return (
    <ReportPage
      title={t("title.all")}
      asked={asked}
      view={view}
      onAsk={onAsk}
      groups={BYS}
      result={result}
      onExport={(form) => exportReport(asked, zone, form)}
      {...(set.length > 0 && { filters: set.map((filter) => <SetFilter key={filter} filter={filter} value={asked[filter] ?? ""} onClear={() => onAsk({ [filter]: undefined })} />) })}
      narrowing={FILTERS}
      drills={DRILLS}
      calls={({ since, until }) => (
        <Link to="/admin/calls" search={{ ...callFilters(asked), range: "custom", since, until }} className="font-medium text-accent-ink hover:underline">
          {t("see_calls")}
        </Link>
      )}
    />
  );
}

// Those that the list of calls can be narrowed to as well.
function callFilters({ member_id, model, provider, credential_id, tag_id, outcome, allocation_id }: SpendAsked) {
  return { member_id, model, provider, credential_id, tag_id, outcome, allocation_id };
}

function SetFilter({ filter, value, onClear }: { filter: Filter; value: string; onClear: () => void }) {
  const { t } = useTranslation("reports");
  const name = useQuery(filterNameQuery(filter, value)).data ?? value.slice(0, 12);
  return <SetChip name={t(`filter.${filter}`)} value={name} onClear={onClear} />;
}
