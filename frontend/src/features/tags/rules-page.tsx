import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Pencil, Plus, Trash2, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { TagRuleShown } from "@/client/schema.gen";
import type { Column } from "@/components/data-table";
import { ListPage } from "@/components/list-page";
import { TagName } from "@/components/named";
import { Affected } from "@/components/stops";
import { Badge } from "@/components/ui/badge";
import { Button, IconButton } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/dialog";
import { Skeleton } from "@/components/ui/skeleton";
import { useToast } from "@/components/ui/toast";
import { useWrite } from "@/lib/writes";
import { applicationQuery, applyRule, deleteRule, rulesQuery } from "./api";
import { RuleDialog } from "./rule-dialog";
import { RuleTester } from "./rule-tester";

type Open = "new" | { what: "change" | "delete" | "apply"; rule: TagRuleShown } | null;

/** The rules that give tags at the first sign-in; each can be applied to those who are here already. */
export function RulesPage() {
  const { t } = useTranslation("people");
  const list = useInfiniteQuery(rulesQuery);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const columns = useColumns((what, rule) => setOpen({ what, rule }));
  return (
    <ListPage
      id="admin-tag-rules"
      title={t("rules.title")}
      says={t("rules.title_says")}
      action={
        <Button look="primary" icon={Plus} onClick={() => setOpen("new")}>
          {t("rules.new")}
        </Button>
      }
      list={list}
      columns={columns}
      rowId={(rule) => rule.id}
      failed={t("rules.failed")}
      empty={t("rules.empty")}
    >
      <RuleTester />
      {open === "new" && <RuleDialog rule={null} onClose={close} />}
      {open !== null && open !== "new" && open.what === "change" && <RuleDialog rule={open.rule} onClose={close} />}
      {open !== null && open !== "new" && open.what === "delete" && <DeleteRuleDialog rule={open.rule} onClose={close} />}
      {open !== null && open !== "new" && open.what === "apply" && <ApplyDialog rule={open.rule} onClose={close} />}
    </ListPage>
  );
}

function DeleteRuleDialog({ rule, onClose }: { rule: TagRuleShown; onClose: () => void }) {
  const { t } = useTranslation("people");
  const write = useWrite({ write: deleteRule, touches: ["admin"], onDone: onClose });
  return (
    <ConfirmDialog title={t("rules.delete_ask", { name: rule.name })} verb={t("rules.delete")} busy={write.isPending} problem={write.problem} onClose={onClose} onConfirm={() => write.mutate(rule.id)}>
      <p>{t("rules.delete_says")}</p>
    </ConfirmDialog>
  );
}

function ApplyDialog({ rule, onClose }: { rule: TagRuleShown; onClose: () => void }) {
  const { t } = useTranslation("people");
  const toast = useToast();
  const found = useQuery(applicationQuery(rule.id));
  const write = useWrite({
    write: applyRule,
    touches: ["admin"],
    onDone: (done) => {
      toast(t("rules.applied", { count: done.gains.count }));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={t("rules.apply_ask", { name: rule.name })}
      verb={t("rules.apply")}
      destructive={false}
      busy={write.isPending}
      problem={write.problem ?? (found.error instanceof ApiProblem ? found.error : null)}
      onClose={onClose}
      onConfirm={() => write.mutate(rule.id)}
    >
      <p>{t("rules.apply_says")}</p>
      {found.data === undefined ? found.isPending && <Skeleton className="h-5" /> : <Affected text={t("rules.gains", { count: found.data.gains.count })} affected={found.data.gains} />}
    </ConfirmDialog>
  );
}

function useColumns(onOpen: (what: "change" | "delete" | "apply", rule: TagRuleShown) => void): Column<TagRuleShown>[] {
  const { t } = useTranslation("people");
  return [
    { id: "name", head: t("rules.name"), place: "title", cell: (rule) => <span className="font-medium">{rule.name}</span> },
    {
      id: "means",
      head: t("rules.means"),
      place: "text",
      cell: (rule) => (
        <span className="flex flex-wrap items-baseline gap-x-1.5">
          <span className="text-ink-2">{t(`rules.kind.${rule.kind}`)}</span>
          {rule.claim !== null && <code className="font-mono text-code">{rule.claim}</code>}
          {rule.value !== null && <code className="font-mono text-code">{rule.value}</code>}
        </span>
      ),
    },
    { id: "tag", head: t("column.tag"), place: "text", cell: (rule) => <TagName id={rule.tag_id} /> },
    { id: "state", head: t("column.state"), place: "state", cell: (rule) => <Badge tint={rule.enabled ? "ok" : "neutral"}>{rule.enabled ? t("rules.on") : t("rules.off")}</Badge> },
    {
      id: "act",
      head: t("column.act"),
      place: "action",
      align: "right",
      cell: (rule) => (
        <span className="inline-flex gap-1">
          <IconButton icon={Users} label={t("rules.apply_of", { name: rule.name })} onClick={() => onOpen("apply", rule)} />
          <IconButton icon={Pencil} label={t("rules.change_of", { name: rule.name })} onClick={() => onOpen("change", rule)} />
          <IconButton icon={Trash2} label={t("rules.delete_of", { name: rule.name })} onClick={() => onOpen("delete", rule)} />
        </span>
      ),
    },
  ];
}
