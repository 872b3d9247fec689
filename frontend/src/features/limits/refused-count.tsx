import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { RefusedThisMonth } from "@/client/schema.gen";
import { Nothing } from "@/components/amounts";
import { useFormat } from "@/lib/format";

interface RefusedProps {
  id: string;
  /** Nobody knows it where it is null: of a provider key, or while it is not counted yet. */
  refused: RefusedThisMonth | null;
}

/** How many calls a limit refused this month, with a link to them. */
export function RefusedCount({ id, refused }: RefusedProps) {
  const { t } = useTranslation("people");
  const shown = useShown(refused);
  if (refused === null) return <Nothing />;
  if (refused.calls === 0) return <span className="tabular text-ink-3">{shown}</span>;
  return (
    <Link to="/admin/calls" search={asked(id, refused)} aria-label={t("limits.refused_show", { calls: shown, count: refused.calls })} className="tabular font-medium hover:underline">
      {shown}
    </Link>
  );
}

/** The same in a sentence. */
export function RefusedSentence({ id, refused }: RefusedProps) {
  const { t } = useTranslation("people");
  const shown = useShown(refused);
  if (refused === null) return null;
  return (
    <p className="text-dense text-ink-2">
      {t("limits.refused_says", { calls: shown, count: refused.calls })}{" "}
      {refused.calls > 0 && (
        <Link to="/admin/calls" search={asked(id, refused)} className="font-medium text-accent-ink hover:underline">
          {t("limits.refused_link")}
        </Link>
      )}
    </p>
  );
}

function useShown(refused: RefusedThisMonth | null): string {
  const { t } = useTranslation("people");
  const format = useFormat();
  const calls = format.count(refused?.calls ?? 0);
  return refused?.or_more === true ? t("limits.refused_more", { calls }) : calls;
}

function asked(id: string, { since, until }: RefusedThisMonth) {
  return { range: "custom", since, until, limit_id: id } as const;
}
