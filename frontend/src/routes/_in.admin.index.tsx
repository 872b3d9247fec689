import { createFileRoute } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/page";
import { NeedsYou } from "@/features/attention/needs-you";

export const Route = createFileRoute("/_in/admin/")({
  staticData: { crumbs: [{ text: "place.home" }] },
  component: function AdminHome() {
    const { t } = useTranslation("admin");
    return (
      <Page title={t("title")}>
        <NeedsYou />
      </Page>
    );
  },
});
