import { Link } from "@tanstack/react-router";
import { MessageSquare, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/page";
import { buttonClass } from "@/components/ui/button";

/** Home of a member who has called: what is left, beside what was spent, above the last calls. */
export function Settled({ notice, left, spend, calls }: { notice: ReactNode; left: ReactNode; spend: ReactNode; calls: ReactNode }) {
  const { t } = useTranslation("home");
  return (
    <Page
      title={t("title")}
      actions={
        <>
          <Link to="/credentials/new" className={buttonClass()}>
            <Plus aria-hidden size={16} strokeWidth={1.75} />
            {t("new_credential")}
          </Link>
          <Link to="/playground" className={buttonClass("primary")}>
            <MessageSquare aria-hidden size={16} strokeWidth={1.75} />
            {t("open_playground")}
          </Link>
        </>
      }
    >
      {notice}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_372px]">
        <div className="min-w-0 phone:order-2">{left}</div>
        <div className="min-w-0 phone:order-1">{spend}</div>
      </div>
      {calls}
    </Page>
  );
}
