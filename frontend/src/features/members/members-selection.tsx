import { Ban, Download, Play, Plus, Tag, Tags } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { MemberListed } from "@/client/schema.gen";
import { BulkDialog, BulkStops, type Named } from "@/components/bulk-dialog";
import { BulkBar, type Selection } from "@/components/selection";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/field";
import { csvOf } from "@/lib/csv";
import { saveFile } from "@/lib/save-file";
import { enableMember, endMember, readEnding } from "./api";
import { TagDialog } from "./tags-inline";

/** The dialog that gives members a model. */
export type Granting = (members: readonly Named[], onClose: () => void) => ReactNode;

interface MembersSelectionProps {
  selection: Selection<MemberListed>;
  shown: readonly MemberListed[];
  hasMore: boolean;
  readAll: () => Promise<MemberListed[]>;
  granting: Granting;
}

type Open = "give" | "take" | "grant" | "disable" | "enable" | null;

/** What can be done to the members that are ticked. They stay ticked after it: the next thing is often about the same people. */
export function MembersSelection({ selection, granting, ...bar }: MembersSelectionProps) {
  const { t } = useTranslation("people");
  const [open, setOpen] = useState<Open>(null);
  const [services, setServices] = useState<"keep" | "disable">("keep");
  const close = () => setOpen(null);
  const closeChanged = (isDone: boolean) => {
    // The rows are as they were when they were ticked: who is disabled has changed.
    if (isDone) selection.replace([]);
    setOpen(null);
  };
  const members = selection.rows;
  const [active, disabled] = [members.filter((each) => each.status === "active"), members.filter((each) => each.status === "disabled")];
  return (
    <>
      <BulkBar label={t("members.selection")} selection={selection} {...bar}>
        <Button small icon={Tag} onClick={() => setOpen("give")}>
          {t("members.tag")}
        </Button>
        <Button small icon={Tags} onClick={() => setOpen("take")}>
          {t("members.untag")}
        </Button>
        <Button small icon={Plus} onClick={() => setOpen("grant")}>
          {t("grants.grant")}
        </Button>
        <Button small icon={Download} onClick={() => saveFile(new Blob([fileOf(members)], { type: "text/csv" }), "members.csv")}>
          {t("members.export")}
        </Button>
        {disabled.length > 0 && (
          <Button small icon={Play} onClick={() => setOpen("enable")}>
            {t("member.enable")}
          </Button>
        )}
        {active.length > 0 && (
          <Button small look="destructive" icon={Ban} onClick={() => setOpen("disable")}>
            {t("member.disable")}
          </Button>
        )}
      </BulkBar>
      {(open === "give" || open === "take") && <TagDialog memberIds={members.map((each) => each.id)} name={t("members.selected", { count: members.length })} asked={{ how: open }} onClose={close} />}
      {open === "grant" && granting(members.map(named), close)}
      {open === "disable" && (
        <BulkDialog
          destructive
          title={t("members.ask.disable", { count: active.length })}
          verb={t("member.disable")}
          rows={active.map(named)}
          act={(id) => endMember({ id, how: "disable", services })}
          touches={["admin"]}
          onClose={closeChanged}
        >
          <p>{t("member.says.disable")}</p>
          <BulkStops name="disable-members" rows={active.map(named)} ask={(id) => readEnding(id, "disable")} />
          <Select label={t("member.services")} value={services} onChange={(event) => setServices(event.target.value === "disable" ? "disable" : "keep")}>
            <option value="keep">{t("member.services.keep")}</option>
            <option value="disable">{t("member.services.disable")}</option>
          </Select>
          {disabled.length > 0 && <p>{t("members.are_disabled", { count: disabled.length })}</p>}
        </BulkDialog>
      )}
      {open === "enable" && (
        <BulkDialog title={t("members.ask.enable", { count: disabled.length })} verb={t("member.enable")} rows={disabled.map(named)} act={enableMember} touches={["admin"]} onClose={closeChanged}>
          <p>{t("members.says.enable")}</p>
        </BulkDialog>
      )}
    </>
  );
}

function named(member: MemberListed): Named {
  return { id: member.id, name: member.display_name };
}

function fileOf(members: readonly MemberListed[]): string {
  const heads = ["id", "identifier", "display_name", "kind", "role", "status", "identity", "tags", "created_at"] as const;
  const rows = members.map((member) => heads.map((name) => (name === "tags" ? member.tags.map((tag) => tag.name).join(" ") : member[name])));
  return csvOf([heads, ...rows]);
}
