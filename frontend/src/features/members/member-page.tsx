import { useSuspenseQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { memberQuery } from "@/client/names";
import { MemberState } from "@/components/member-state";
import { MemberName } from "@/components/named";
import { Page } from "@/components/page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Tabs } from "@/components/ui/tabs";
import { AccessPart } from "./access-part";
import { ChangesPart } from "./changes-part";
import { CredentialsPart } from "./credentials-part";
import { MemberActions } from "./member-actions";
import { TABS, type MemberShowing, type Tab } from "./showing";
import { SignInPart } from "./sign-in-part";
import { TagsInline } from "./tags-inline";
import { UsagePart } from "./usage-part";

interface MemberPageProps {
  id: string;
  showing: MemberShowing;
  onShow: (change: Partial<MemberShowing>) => void;
  /** The member's allocations, and the dialog that gives them a model: another feature's. */
  allocations: ReactNode;
  granting: (onClose: () => void) => ReactNode;
}

/** One member: what they can call and why not, what they have, what they used, how they are signed in. */
export function MemberPage({ id, showing, onShow, allocations, granting }: MemberPageProps) {
  const { t } = useTranslation(["people", "shared"]);
  const { data: member } = useSuspenseQuery(memberQuery(id));
  const [isGranting, setGranting] = useState(false);
  const contents: Record<Tab, ReactNode> = {
    access: <AccessPart member={member} showing={showing} onShow={onShow} />,
    allocations,
    credentials: <CredentialsPart memberId={id} />,
    usage: <UsagePart memberId={id} />,
    sessions: <SignInPart memberId={id} name={member.display_name} />,
    audit: <ChangesPart memberId={id} />,
  };
  return (
    <Page
      name={member.display_name}
      title={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          {member.display_name}
          <MemberState member={member} />
          <Badge tint={member.role === "member" ? "neutral" : "acc"}>{member.kind === "service" ? t("kind.service") : t(`shared:role.${member.role}`)}</Badge>
        </span>
      }
      says={`${member.identifier} · ${member.identity}`}
      actions={
        <>
          <Button icon={Plus} onClick={() => setGranting(true)}>
            {t("member.grant")}
          </Button>
          <MemberActions member={member} />
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2 text-dense">
        <div className="flex items-center gap-2">
          <span className="text-ink-3">{t("column.tags")}</span>
          <TagsInline member={member} />
        </div>
        {member.responsible_member_id !== null && (
          <span className="flex gap-2">
            <span className="text-ink-3">{t("service.answers")}</span>
            <MemberName id={member.responsible_member_id} />
          </span>
        )}
      </div>
      <Tabs
        label={t("member.parts")}
        value={showing.tab ?? "access"}
        onChange={(tab) => onShow({ tab: tab === "access" ? undefined : tab })}
        tabs={TABS.map((name) => ({ name, label: t(`member.tab.${name}`), content: <div className="flex flex-col gap-4 pt-4">{contents[name]}</div> }))}
      />
      {isGranting && granting(() => setGranting(false))}
    </Page>
  );
}
