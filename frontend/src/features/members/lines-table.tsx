import { Check, Minus, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { BulkShown, LineShown } from "@/client/schema.gen";
import { Nothing } from "@/components/amounts";
import { CopyButton } from "@/components/copy-button";
import { EmptyState } from "@/components/empty-state";
import { Rows, type Column } from "@/components/rows";
import { Badge, type Tint } from "@/components/ui/badge";

const LOOKS = { made: ["ok", Check], exists: ["neutral", Minus], wrong: ["bad", X] } as const satisfies Record<LineShown["result"], readonly [Tint, typeof Check]>;
const SHOWN_MAX = 200;

/** What became, or would become, of a list of people, line by line. */
export function LinesTable({ shown }: { shown: BulkShown }) {
  const { t, i18n } = useTranslation("people");
  const columns: Column<LineShown>[] = [
    { id: "line", head: t("invite.line"), place: "wide", align: "right", cell: (line) => <span className="tabular text-ink-3">{line.line}</span> },
    {
      id: "who",
      head: t("column.member"),
      place: "title",
      cell: (line) => (
        <div className="min-w-0">
          <p className="font-medium">{line.display_name}</p>
          <p className="truncate text-small text-ink-3">{line.identifier}</p>
        </div>
      ),
    },
    {
      id: "result",
      head: t("invite.result"),
      place: "state",
      cell: (line) => {
        const [tint, icon] = LOOKS[line.result];
        return (
          <span className="whitespace-nowrap">
            <Badge tint={tint} icon={icon}>
              {t(shown.dry_run ? `invite.would.${line.result}` : `invite.result.${line.result}`)}
            </Badge>
          </span>
        );
      },
    },
    {
      id: "detail",
      head: t("invite.detail"),
      place: "text",
      cell: (line) => {
        if (line.detail !== null) return <span lang="en">{line.detail}</span>;
        if (line.mailed) return t("invite.mailed");
        if (line.url === null) return <Nothing />;
        return <CopyButton text={line.url} label={t("invite.copy_link", { name: line.display_name })} />;
      },
    },
  ];
  const words = [
    t(shown.dry_run ? "invite.sum_would" : "invite.sum", { count: shown.made }),
    ...(shown.exists > 0 ? [t("invite.sum_exists", { count: shown.exists })] : []),
    ...(shown.wrong > 0 ? [t("invite.sum_wrong", { count: shown.wrong })] : []),
  ];
  return (
    <div className="flex flex-col gap-2">
      <p className="text-dense text-ink-2">{new Intl.ListFormat(i18n.language, { type: "unit" }).format(words)}</p>
      <Rows
        label={t("invite.check")}
        columns={columns}
        rows={shown.lines.slice(0, SHOWN_MAX)}
        rowId={(line) => String(line.line)}
        empty={<EmptyState says={t("invite.check_says")} />}
        foot={shown.lines.length > SHOWN_MAX ? t("invite.first", { count: SHOWN_MAX }) : undefined}
      />
    </div>
  );
}
