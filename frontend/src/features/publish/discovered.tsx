import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, CircleHelp } from "lucide-react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { SuggestionShown, UpstreamModelShown } from "@/client/schema.gen";
import { Nothing, TokenCount } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { useProblemText } from "@/components/problem";
import { Rows, type Column } from "@/components/rows";
import { Badge } from "@/components/ui/badge";
import { formatPrice } from "@/lib/money";
import type { Result } from "./publishing";

interface DiscoveredProps {
  models: readonly UpstreamModelShown[];
  ticked: ReadonlySet<string>;
  /** What the registry knows of those that are ticked; undefined while it is asked. */
  known: ReadonlyMap<string, SuggestionShown | null | undefined>;
  results: ReadonlyMap<string, Result>;
  onTick: (id: string, on: boolean) => void;
}

/** The models that a provider has, to be ticked; how publishing each of them went. */
export function Discovered({ models, ticked, known, results, onTick }: DiscoveredProps) {
  const { t } = useTranslation("publish");
  const columns: Column<UpstreamModelShown>[] = [
    {
      id: "model",
      head: t("column.model"),
      place: "title",
      cell: (model) => (
        <label className="flex items-center gap-2.5 coarse:min-h-11">
          <input
            type="checkbox"
            checked={ticked.has(model.id)}
            onChange={(event) => onTick(model.id, event.target.checked)}
            className="size-4 shrink-0 appearance-none rounded-badge border border-control bg-surface bg-center bg-no-repeat checked:border-accent checked:bg-accent checked:bg-(image:--check)"
          />
          <code className="font-mono text-code break-all">{model.id}</code>
        </label>
      ),
    },
    { id: "operations", head: t("column.operations"), place: "text", cell: (model) => (model.operations.length === 0 ? <Nothing /> : <span className="text-ink-2">{model.operations.join(", ")}</span>) },
    { id: "context", head: t("column.context"), place: "wide", align: "right", cell: (model) => (model.context_tokens === null ? <Nothing /> : <TokenCount short count={model.context_tokens} />) },
    { id: "price", head: t("column.price"), place: "number", align: "right", cell: (model) => (ticked.has(model.id) ? <FoundPrice found={known.get(model.id)} /> : <Nothing />) },
    { id: "result", head: t("column.result"), place: "state", cell: (model) => <Outcome result={results.get(model.id)} /> },
  ];
  return <Rows label={t("column.model")} columns={columns} rows={models} rowId={(model) => model.id} empty={<EmptyState says={t("none")} />} />;
}

function FoundPrice({ found }: { found: SuggestionShown | null | undefined }) {
  const { t } = useTranslation("publish");
  if (found === undefined) return <span className="text-ink-3">{t("asking_short")}</span>;
  const [input, output] = [found?.price.prices?.["input_usd"], found?.price.prices?.["output_usd"]];
  if (typeof input !== "string") {
    return (
      <Badge tint="warn" icon={CircleHelp}>
        {t("no_price")}
      </Badge>
    );
  }
  return (
    <span className="tabular" title={t("from_registry", { version: found?.version ?? "" })}>
      {typeof output === "string" ? t("prices", { input: formatPrice(input), output: formatPrice(output) }) : formatPrice(input)}
    </span>
  );
}

function Outcome({ result }: { result: Result | undefined }) {
  const { t } = useTranslation("publish");
  const say = useProblemText();
  if (result === undefined) return null;
  if (result instanceof ApiProblem) {
    return (
      <span className="flex items-start gap-1.5 text-small text-bad-ink">
        <CircleAlert aria-hidden size={14} className="mt-px shrink-0" />
        {say(result)}
      </span>
    );
  }
  return (
    <span className="flex flex-col gap-0.5 text-small">
      <Link to="/admin/models/$" params={{ _splat: result.slug }} className="flex items-center gap-1.5 font-medium text-ok-ink hover:underline">
        <CircleCheck aria-hidden size={14} />
        {t("published")}
      </Link>
      {result.failed !== null && (
        <span className="text-bad-ink">
          {t(`failed.${result.failed}`)} {result.problem !== null && say(result.problem)}
        </span>
      )}
    </span>
  );
}
