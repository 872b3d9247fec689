import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { MemberShown } from "@/client/schema.gen";
import { ModelPicker } from "@/components/pickers";
import { ErrorState } from "@/components/problem";
import { Card } from "@/components/ui/card";
import { Select } from "@/components/ui/field";
import { SkeletonRows } from "@/components/ui/skeleton";
import { explainQuery } from "./explain-api";
import { credentialsOfQuery } from "./held-api";
import { Explanation } from "./explanation";

interface ExplainPanelProps {
  member: MemberShown;
  model: string | undefined;
  credential: string | undefined;
  onShow: (change: { model?: string | undefined; credential?: string | undefined }) => void;
}

/** Why a member can or cannot call a model: the verdict first, then every check in order, the failing one with its repair. */
export function ExplainPanel({ member, model, credential, onShow }: ExplainPanelProps) {
  const { t } = useTranslation("people");
  const explained = useQuery({ ...explainQuery(member.id, model ?? "", credential), enabled: model !== undefined });
  const credentials = useInfiniteQuery(credentialsOfQuery(member.id)).data?.pages.flatMap((page) => page.items) ?? [];
  const found = explained.data;
  return (
    <Card title={t("explain.title", { name: member.display_name })}>
      <div className="flex flex-col gap-4">
        <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-1">
          <ModelPicker label={t("column.model")} value={model === undefined ? null : { id: model, name: model }} onPick={(choice) => onShow({ model: choice?.name, credential: undefined })} />
          <Select label={t("explain.credential")} value={credential ?? ""} disabled={model === undefined} onChange={(event) => onShow({ credential: event.target.value === "" ? undefined : event.target.value })}>
            <option value="">{t("explain.any")}</option>
            {credentials.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </Select>
        </div>
        {model === undefined ? (
          <p className="text-dense text-ink-3">{t("explain.pick")}</p>
        ) : found === undefined ? (
          explained.error !== null ? (
            <ErrorState what={t("explain.failed")} error={explained.error} onRetry={() => void explained.refetch()} />
          ) : (
            <SkeletonRows count={6} />
          )
        ) : (
          <Explanation name={member.display_name} explained={found} />
        )}
      </div>
    </Card>
  );
}
