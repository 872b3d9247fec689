import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { FilterChip, SetChip } from "@/components/filters";
import { ReportPage, type ReportChange, type View } from "@/components/reports/report-page";
import { useFormat } from "@/lib/format";
import { credentialChoicesQuery, exportReport, modelChoicesQuery, outcomesQuery, reportQuery, type By, type UsageAsked } from "./api";
import { BYS } from "./asked";

/** Which filter a press on a group sets, and by what its calls are told apart then. */
const DRILLS = {
  model: { filter: "model", then: "credential" },
  credential: { filter: "credential", then: "model" },
  provider: { filter: "provider", then: "model" },
  outcome: { filter: "outcome", then: "model" },
} as const satisfies Record<By, { filter: keyof UsageAsked; then: By }>;

const FILTERS = ["credential", "model", "provider", "outcome"] as const;

interface UsageProps {
  asked: UsageAsked;
  view: View;
  onAsk: (change: ReportChange<By> & UsageAsked) => void;
}

/** What the member's own calls came to. */
export function UsagePage({ asked, view, onAsk }: UsageProps) {
  const { t } = useTranslation("reports");
  const { zone } = useFormat();
  const result = useQuery(reportQuery(asked, zone));
  const period = result.data === undefined ? {} : { since: result.data.since, until: result.data.until };
  return (
    <ReportPage
      title={t("title.mine")}
      asked={asked}
      view={view}
      onAsk={onAsk}
      groups={BYS}
      result={result}
      onExport={(form) => exportReport(asked, zone, form)}
      filters={<UsageFilters asked={asked} onAsk={onAsk} />}
      narrowing={FILTERS}
      drills={DRILLS}
      failures={<MostFailures asked={asked} period={period} />}
      calls={({ since, until }) => (
        <Link to="/usage/calls" search={{ model: asked.model, outcome: asked.outcome, provider: asked.provider, credential_id: asked.credential, since, until }} className="font-medium text-accent-ink hover:underline">
          {t("see_calls")}
        </Link>
      )}
    />
  );
}

function UsageFilters({ asked, onAsk }: Pick<UsageProps, "asked" | "onAsk">) {
  const { t } = useTranslation("reports");
  const credentials = useQuery(credentialChoicesQuery).data?.items ?? [];
  const models = useQuery(modelChoicesQuery).data?.items ?? [];
  const slugs = models.map((model) => ({ value: model.slug, label: model.slug }));
  const names = credentials.map((credential) => ({ value: credential.id, label: credential.name }));
  return (
    <>
      <FilterChip label={t("filter.model")} value={asked.model} options={withChosen(slugs, asked.model)} onChange={(model) => onAsk({ model })} />
      <FilterChip label={t("filter.credential_id")} value={asked.credential} options={withChosen(names, asked.credential)} onChange={(credential) => onAsk({ credential })} />
      {(["provider", "outcome"] as const).map((name) => (asked[name] === undefined ? null : <SetChip key={name} name={t(`filter.${name}`)} value={asked[name]} onClear={() => onAsk({ [name]: undefined })} />))}
    </>
  );
}

// What is narrowed to may be archived, hidden or deleted since.
function withChosen(options: readonly { value: string; label: string }[], chosen: string | undefined): readonly { value: string; label: string }[] {
  return chosen === undefined || options.some((each) => each.value === chosen) ? options : [...options, { value: chosen, label: chosen }];
}

function MostFailures({ asked, period }: { asked: UsageAsked; period: { since?: string; until?: string } }) {
  const { t } = useTranslation("reports");
  const format = useFormat();
  const most = useQuery(outcomesQuery(asked, format.zone)).data?.items.find((row) => row.kind === "group" && row.key !== "ok");
  if (most?.key === undefined || most.key === null) return null;
  return (
    <Link to="/usage/calls" search={{ model: asked.model, provider: asked.provider, credential_id: asked.credential, outcome: most.key, ...period }} className="break-words text-accent-ink hover:underline">
      {t("figure.most_failures", { count: format.count(most.calls), outcome: most.key })}
    </Link>
  );
}
