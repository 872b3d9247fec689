import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/page";

const PARTS = ["profile", "password", "sessions", "access-tokens", "preferences"] as const;

/** The member's own settings, with the way between their parts. */
export function AccountFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation("account");
  return (
    <Page title={t("title")}>
      <div className="grid items-start gap-6 md:grid-cols-[168px_minmax(0,640px)]">
        <nav aria-label={t("title")} className="flex gap-1 overflow-x-auto md:flex-col">
          {PARTS.map((part) => (
            <Link
              key={part}
              to={`/account/${part}`}
              className="flex h-8 shrink-0 items-center rounded-button px-2.5 text-dense text-ink-2 hover:bg-hover data-[status=active]:bg-hover data-[status=active]:font-semibold data-[status=active]:text-ink coarse:h-11"
            >
              {t(`part.${part}`)}
            </Link>
          ))}
        </nav>
        <div className="flex flex-col gap-4">{children}</div>
      </div>
    </Page>
  );
}
