import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Slug } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { useLimitWords } from "@/components/limit-bar";
import { ErrorState } from "@/components/problem";
import { SkeletonRows } from "@/components/ui/skeleton";
import { modelsQuery } from "./api";
import { ClaimButton } from "./claim-button";

const SHOWN = 3;

/** The first models that can be claimed, each with its button. */
export function Claimable({ count = SHOWN }: { count?: number }) {
  const { t } = useTranslation("models");
  const words = useLimitWords();
  const { data, error, refetch } = useInfiniteQuery(modelsQuery({ access: "claimable" }));
  if (error !== null && data === undefined) return <ErrorState what={t("list.failed")} error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows count={count} rowClass="h-14" />;
  const models = data.pages.flatMap((page) => page.items).slice(0, count);
  if (models.length === 0) return <EmptyState says={t("claim.none")} />;
  return (
    <ul className="divide-y divide-line">
      {models.map((model) => (
        <li key={model.id} className="flex items-center justify-between gap-3 px-4 py-2.5">
          <div className="min-w-0">
            <Link to="/catalog/$" params={{ _splat: model.slug }} className="text-dense hover:underline">
              <Slug slug={model.slug} />
            </Link>
            <p className="text-small text-ink-3">{model.default_limits.length === 0 ? t("no_limit") : model.default_limits.map((limit) => words.each(limit)).join(" · ")}</p>
          </div>
          <ClaimButton model={model} />
        </li>
      ))}
    </ul>
  );
}
