import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Clock } from "lucide-react";
import { useTranslation } from "react-i18next";

import { buttonClass } from "@/components/ui/button";
import { useFormat } from "@/lib/format";
import { credentialsQuery } from "./api";
import { daysLeft } from "./credential-state";

const SOON_DAYS = 7;

/** The credential that expires first, where that is within a week. */
export function ExpiringNotice() {
  const { t } = useTranslation("credentials");
  const format = useFormat();
  const { data } = useInfiniteQuery(credentialsQuery({ state: "active" }));
  const soon = (data?.pages.flatMap((page) => page.items) ?? [])
    .map((credential) => ({ credential, left: daysLeft(credential) }))
    .filter((each): each is typeof each & { left: number } => each.left !== null && each.left < SOON_DAYS)
    .sort((a, b) => a.left - b.left)[0];
  if (soon === undefined) return null;
  const { credential, left } = soon;
  return (
    <div className="flex items-center gap-3 rounded-card border border-warn-line bg-warn-soft py-2 pr-3 pl-3.5 text-dense">
      <Clock aria-hidden size={16} className="shrink-0 text-warn-ink" />
      <p className="grow">{t("expiring", { name: credential.name, count: left, day: format.day(credential.expires_at ?? "") })}</p>
      <Link to="/credentials/$id" params={{ id: credential.id }} className={buttonClass("default", true)}>
        {t("rotate.verb")}
      </Link>
    </div>
  );
}

/** What credentials are called, for pages that know only their ids. */
export function useCredentialNames(): (id: string) => string | undefined {
  const { data } = useInfiniteQuery(credentialsQuery({}));
  const names = new Map(data?.pages.flatMap((page) => page.items).map((each) => [each.id, each.name]));
  return (id) => names.get(id);
}
