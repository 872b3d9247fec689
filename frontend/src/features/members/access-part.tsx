import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { MemberShown, ModelListed } from "@/client/schema.gen";
import { Nothing, Slug } from "@/components/amounts";
import type { Column } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { useLimitWords } from "@/components/limit-bar";
import { ListTable } from "@/components/list-table";
import { SearchField } from "@/components/search-field";
import { SmallBar } from "@/components/small-bar";
import { OutcomeBadge, StatusBadge } from "@/components/status-badge";
import { Badge } from "@/components/ui/badge";
import { Skeleton } from "@/components/ui/skeleton";
import { explainRowQuery, offeredQuery } from "./explain-api";
import { ExplainPanel } from "./explain-panel";
import type { MemberShowing } from "./showing";
import { onlyLacksAllocation, verdictOf } from "./verdict";

interface AccessPartProps {
  member: MemberShown;
  showing: MemberShowing;
  onShow: (change: Partial<MemberShowing>) => void;
}

/** Which models a member can call now, each as the gateway itself would answer, beside the reasons of one of them. */
export function AccessPart({ member, showing, onShow }: AccessPartProps) {
  const { t } = useTranslation("people");
  const list = useInfiniteQuery(offeredQuery(showing.q));
  const columns = useColumns(member.id, (slug) => onShow({ model: slug, credential: undefined }));
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_468px]">
      <div className="flex min-w-0 flex-col gap-3 phone:order-2">
        <SearchField label={t("access.search")} value={showing.q} onChange={(q) => onShow({ q })} />
        <ListTable
          id="admin-member-access"
          label={t("access.title")}
          list={list}
          columns={columns}
          rowId={(model) => model.id}
          failed={t("access.failed")}
          empty={<EmptyState says={t("access.empty")} />}
          onClear={showing.q === undefined ? undefined : () => onShow({ q: undefined })}
        />
      </div>
      <ExplainPanel member={member} model={showing.model} credential={showing.credential} onShow={onShow} />
    </div>
  );
}

function useColumns(memberId: string, onOpen: (slug: string) => void): Column<ModelListed>[] {
  const { t } = useTranslation("people");
  return [
    {
      id: "model",
      head: t("column.model"),
      place: "title",
      cell: (model) => (
        <button type="button" onClick={() => onOpen(model.slug)} className="text-left hover:underline">
          <Slug slug={model.slug} />
        </button>
      ),
    },
    { id: "now", head: t("access.now"), place: "state", cell: (model) => <span className="whitespace-nowrap"><Now memberId={memberId} model={model} /></span> },
    { id: "left", head: t("access.left"), place: "text", cell: (model) => <Left memberId={memberId} model={model} /> },
  ];
}

function Now({ memberId, model }: { memberId: string; model: ModelListed }) {
  const { t } = useTranslation("people");
  const { data, error } = useQuery(explainRowQuery(memberId, model.slug));
  if (error !== null) return <span className="text-bad-ink">{t("access.unknown")}</span>;
  if (data == null) return <Skeleton className="h-5 w-20" />;
  if (data.answer === null) return <StatusBadge state="access.callable" />;
  if (verdictOf(data) === "policy") return <StatusBadge state="access.hidden" />;
  // Whoever sees a claimable model can take it.
  if (onlyLacksAllocation(data)) return model.claimable ? <StatusBadge state="access.claimable" /> : <Badge tint="neutral">{t("access.no_allocation")}</Badge>;
  return <OutcomeBadge outcome={data.answer.code} />;
}

function Left({ memberId, model }: { memberId: string; model: ModelListed }) {
  const { t } = useTranslation("people");
  const words = useLimitWords();
  const { data } = useQuery(explainRowQuery(memberId, model.slug));
  if (data == null) return null;
  const limited = data.limits.filter((limit) => limit.limit !== null);
  if (data.allocation_id !== null) return limited.length > 0 ? <SmallBar limits={limited} /> : <span className="text-ink-3">{t("grants.no_limit")}</span>;
  const [first] = model.default_limits;
  if (!model.claimable) return <Nothing />;
  return <span className="text-ink-3">{first === undefined ? t("grants.no_limit") : words.each(first)}</span>;
}
