import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Slug } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";
import { ErrorState } from "@/components/problem";
import { buttonClass, IconButton } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { lastMonthQuery, latencyQuery, modelQuery } from "./api";
import { useLines } from "./compare-lines";
import { Comparison } from "./comparison";

/** Up to four models beside one another; which, is in the address. */
export function ComparePage({ slugs, onSlugs }: { slugs: readonly string[]; onSlugs: (slugs: string[]) => void }) {
  const { t } = useTranslation("models");
  const { zone } = useFormat();
  const asked = useQueries({ queries: slugs.map((slug) => modelQuery(slug)) });
  const latency = useQuery(latencyQuery).data;
  const lastMonth = useQuery(lastMonthQuery(zone)).data;
  const models = asked.flatMap((each) => (each.data === undefined ? [] : [each.data]));
  const lines = useLines(models, latency, lastMonth);
  const failed = asked.map((each, index) => ({ ...each, slug: slugs[index] ?? "" })).filter((each) => each.error !== null && each.data === undefined);
  const choose = (
    <Link to="/catalog" search={slugs.length === 0 ? {} : { m: [...slugs] }} className={buttonClass(slugs.length === 0 ? "primary" : "default")}>
      {t("compare.choose")}
    </Link>
  );
  return (
    <Page title={t("compare.title")} says={t("compare.says")} actions={slugs.length > 0 && choose}>
      {slugs.length === 0 && (
        <Card flush>
          <EmptyState says={t("compare.empty")} action={choose} />
        </Card>
      )}
      {failed.map((each) => (
        <Card key={each.slug} flush>
          <ErrorState what={t("compare.failed", { model: each.slug })} error={each.error} onRetry={() => void each.refetch()} />
        </Card>
      ))}
      {models.length === 0 && slugs.length > failed.length && (
        <Card flush>
          <SkeletonRows count={8} />
        </Card>
      )}
      {models.length > 0 && (
        <Comparison
          label={t("compare.title")}
          heads={models.map((model) => ({
            id: model.id,
            shows: (
              <span className="flex items-start justify-between gap-1">
                <Link to="/catalog/$" params={{ _splat: model.slug }} className="min-w-0 break-words hover:underline">
                  <Slug slug={model.slug} />
                </Link>
                <IconButton icon={X} label={t("compare.without", { model: model.slug })} onClick={() => onSlugs(slugs.filter((slug) => slug !== model.slug))} />
              </span>
            ),
          }))}
          lines={lines}
        />
      )}
      {lines.some((line) => line.id === "last_month") && <p className="max-w-[68ch] text-dense text-ink-2">{t("compare.left_out")}</p>}
    </Page>
  );
}
