import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { memberQuery, modelNamesQuery } from "@/client/names";
import { EmptyState } from "@/components/empty-state";
import { FilterChip, Filters } from "@/components/filters";
import { Page } from "@/components/page";
import { MemberPicker, ModelPicker } from "@/components/pickers";
import { TagChip } from "@/components/tag-chip";
import { Button } from "@/components/ui/button";
import type { GrantsAsked } from "./api";
import { AllocationPanel } from "./allocation-panel";
import { AllocationsTable } from "./allocations-table";
import { GrantDialog } from "./grant-dialog";

const STATES = ["active", "paused", "quarantined", "revoked"] as const;

/** Every right to call a model; what is asked for is in the address. */
export function AllocationsPage({ asked, open, onAsk, onOpen }: { asked: GrantsAsked; open: string | undefined; onAsk: (change: Partial<GrantsAsked>) => void; onOpen: (id: string | undefined) => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const [granting, setGranting] = useState(false);
  const member = useQuery({ ...memberQuery(asked.member ?? ""), enabled: asked.member !== undefined }).data;
  const model = useQuery({ ...modelNamesQuery, enabled: asked.model !== undefined }).data?.get(asked.model ?? "");
  const isNarrowed = [asked.member, asked.model, asked.state, asked.locked, asked.tag].some((each) => each !== undefined);
  const button = (
    <Button look="primary" icon={Plus} onClick={() => setGranting(true)}>
      {t("grants.grant")}
    </Button>
  );
  return (
    <Page title={t("grants.title")} says={t("grants.title_says")} actions={button}>
      <div className="grid gap-3 md:grid-cols-2 lg:max-w-[560px]">
        <MemberPicker
          label={t("column.member")}
          value={asked.member === undefined ? null : { id: asked.member, name: member?.display_name ?? asked.member }}
          onPick={(choice) => onAsk({ member: choice?.id })}
        />
        <ModelPicker
          label={t("column.model")}
          value={asked.model === undefined ? null : { id: asked.model, name: model?.slug ?? asked.model }}
          onPick={(choice) => onAsk({ model: choice?.id })}
        />
      </div>
      <Filters>
        <FilterChip label={t("column.state")} value={asked.state} options={STATES.map((value) => ({ value, label: t(`shared:state.allocation.${value}`) }))} onChange={(state) => onAsk({ state })} />
        <FilterChip
          label={t("grants.lock")}
          value={asked.locked}
          options={[
            { value: "yes", label: t("grants.locked") },
            { value: "no", label: t("grants.unlocked") },
          ]}
          onChange={(locked) => onAsk({ locked })}
        />
        <TagChip id={asked.tag} onChange={(tag) => onAsk({ tag })} />
      </Filters>
      <AllocationsTable
        selectable
        asked={asked}
        empty={<EmptyState says={t("grants.empty")} action={<Button onClick={() => setGranting(true)}>{t("grants.grant")}</Button>} />}
        onClear={isNarrowed ? () => onAsk({ member: undefined, model: undefined, state: undefined, locked: undefined, tag: undefined }) : undefined}
        onSort={(sort) => onAsk({ sort })}
        onOpen={onOpen}
      />
      {granting && <GrantDialog onClose={() => setGranting(false)} />}
      {open !== undefined && <AllocationPanel id={open} onClose={() => onOpen(undefined)} />}
    </Page>
  );
}
