import { createFileRoute, Link } from "@tanstack/react-router";
import { UserPlus } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/page";
import { buttonClass } from "@/components/ui/button";
import { busiestQuery, monthQuery, setUpQuery, slowestQuery, todayQuery } from "@/features/admin-home/api";
import { Checklist } from "@/features/admin-home/checklist";
import { Busiest, Figures, Refused, Slowest, Spend } from "@/features/admin-home/numbers";
import { attentionQuery } from "@/features/attention/api";
import { NeedsYou } from "@/features/attention/needs-you";
import { ahead } from "@/lib/ready";
import { getSetting } from "@/lib/settings";
import { readersZone } from "@/lib/zone";

export const Route = createFileRoute("/_in/admin/")({
  staticData: { crumbs: [{ text: "place.home" }] },
  loader: ({ context, preload }) => {
    if (preload) return;
    const zone = readersZone();
    ahead(context.queries, attentionQuery, monthQuery(zone), todayQuery(zone), slowestQuery(zone), busiestQuery(zone));
    if (getSetting("checklist") !== "skipped") ahead(context.queries, setUpQuery);
  },
  component: function AdminHome() {
    const { t } = useTranslation("admin");
    const invite = (
      <Link to="/admin/members/invite" className={buttonClass()}>
        <UserPlus aria-hidden size={16} strokeWidth={1.75} />
        {t("invite")}
      </Link>
    );
    return (
      <Page title={t("title")} actions={invite}>
        <Checklist />
        <NeedsYou />
        <Figures />
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
          <Spend />
          <Refused />
        </div>
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <Busiest />
          <Slowest />
        </div>
      </Page>
    );
  },
});
