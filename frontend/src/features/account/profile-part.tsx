import { useTranslation } from "react-i18next";

import { Moment } from "@/components/amounts";
import { Card, Fact, Facts } from "@/components/ui/card";
import { useMe } from "@/session/me";

/** Who the member is here. Names and roles are an administrator's to change. */
export function ProfilePart() {
  const { t } = useTranslation(["account", "shared"]);
  const me = useMe();
  return (
    <Card title={t("part.profile")}>
      <Facts>
        <Fact label={t("profile.name")}>{me.display_name}</Fact>
        <Fact label={t("profile.identifier")}>{me.identifier}</Fact>
        <Fact label={t("profile.role")}>{t(`shared:role.${me.role}`)}</Fact>
        <Fact label={t("profile.since")}>
          <Moment at={me.created_at} as="day" />
        </Fact>
      </Facts>
      <p className="mt-3 text-small text-ink-3">{t("profile.says")}</p>
    </Card>
  );
}
