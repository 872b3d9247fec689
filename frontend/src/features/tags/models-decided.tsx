import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { TagOpened } from "@/client/schema.gen";
import { Slug } from "@/components/amounts";
import { useFormat } from "@/lib/format";

/** How many models a tag opens or closes, and which: the first of them, with the way to each. */
export function ModelsDecided({ decided }: { decided: TagOpened["opens"] }) {
  const { t } = useTranslation("people");
  const format = useFormat();
  if (decided.models === 0) return <span className="text-ink-3">{t("tags.opens_none")}</span>;
  const left = decided.models - decided.slugs.length;
  return (
    <span className="inline-flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
      <span className="tabular text-ink-3">{format.count(decided.models)}</span>
      {decided.slugs.map((slug) => (
        <Link key={slug} to="/admin/models/$" params={{ _splat: slug }} className="break-words hover:underline">
          <Slug slug={slug} />
        </Link>
      ))}
      {left > 0 && <span className="text-ink-3">{t("tags.and_more", { count: left })}</span>}
    </span>
  );
}
