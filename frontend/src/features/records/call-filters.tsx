import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { memberNameQuery } from "@/client/names";
import { Slug } from "@/components/amounts";
import { Filters, SelectChip, SetChip, ToggleChip } from "@/components/filters";
import { useLimitWords } from "@/components/limit-bar";
import { SearchField } from "@/components/search-field";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { useFormat } from "@/lib/format";
import { credentialQuery, limitNameQuery, membersLikeQuery, modelsLikeQuery, RANGES, tagsQuery, type CallsAsked } from "./api";

/** A list of calls that is not narrowed. */
export const NO_FILTERS = {
  outcome: undefined,
  member_id: undefined,
  model: undefined,
  provider: undefined,
  credential_id: undefined,
  allocation_id: undefined,
  tag_id: undefined,
  limit_id: undefined,
  client: undefined,
  request_id: undefined,
  cost_usd_min: undefined,
} satisfies Partial<CallsAsked>;

/** Whether anything but the period is asked for. */
export function isNarrowed(asked: CallsAsked): boolean {
  return (Object.keys(NO_FILTERS) as (keyof typeof NO_FILTERS)[]).some((name) => asked[name] !== undefined);
}

const OUTCOMES = ["failed", "ok"] as const;

interface CallFiltersProps {
  asked: CallsAsked;
  onAsk: (change: Partial<CallsAsked>) => void;
}

/** What the calls are narrowed to. */
export function CallFilters({ asked, onAsk }: CallFiltersProps) {
  const { t } = useTranslation(["records", "shared"]);
  const format = useFormat();
  const [picking, setPicking] = useState<"member" | "model" | "more" | null>(null);
  const close = () => setPicking(null);
  return (
    <Filters onClear={isNarrowed(asked) ? () => onAsk(NO_FILTERS) : undefined}>
      <SelectChip
        label={t("range")}
        value={asked.range ?? "day"}
        options={RANGES.filter((range) => range !== "custom" || asked.range === "custom").map((value) => ({
          value,
          label: value === "custom" ? t("range.custom", { since: asked.since === undefined ? "–" : format.moment(asked.since), until: asked.until === undefined ? "–" : format.moment(asked.until) }) : t(`range.${value}`),
        }))}
        onChange={(range) => onAsk({ range: range === "day" ? undefined : range, ...(range !== "custom" && { since: undefined, until: undefined }) })}
      />
      {asked.limit_id === undefined ? <AnyFilters asked={asked} onAsk={onAsk} onPick={setPicking} /> : <LimitChip id={asked.limit_id} onClear={() => onAsk({ limit_id: undefined })} />}
      {picking === "member" && <PickMember onClose={close} onPick={(member_id) => onAsk({ member_id })} />}
      {picking === "model" && <PickModel onClose={close} onPick={(model) => onAsk({ model })} />}
      {picking === "more" && <More asked={asked} onClose={close} onAsk={onAsk} />}
    </Filters>
  );
}

/** The filters that go with one another; a limit's refusals are found along an index of their own, which leads past none of these. */
function AnyFilters({ asked, onAsk, onPick }: CallFiltersProps & { onPick: (what: "member" | "model" | "more") => void }) {
  const { t } = useTranslation("records");
  const tags = useQuery(tagsQuery).data?.items ?? [];
  const { outcome } = asked;
  return (
    <>
      {OUTCOMES.map((each) => (
        <ToggleChip key={each} on={outcome === each} onChange={(on) => onAsk({ outcome: on ? each : undefined })}>
          {t(`outcome.${each}`)}
        </ToggleChip>
      ))}
      {outcome !== undefined && outcome !== "ok" && outcome !== "failed" && <SetChip name={t("column.outcome")} value={<code className="font-mono text-code">{outcome}</code>} onClear={() => onAsk({ outcome: undefined })} />}
      {asked.member_id === undefined ? (
        <ToggleChip on={false} onChange={() => onPick("member")}>
          {t("column.member")}
        </ToggleChip>
      ) : (
        <MemberChip id={asked.member_id} onClear={() => onAsk({ member_id: undefined })} />
      )}
      {asked.model === undefined ? (
        <ToggleChip on={false} onChange={() => onPick("model")}>
          {t("column.model")}
        </ToggleChip>
      ) : (
        <SetChip name={t("column.model")} value={asked.model} onClear={() => onAsk({ model: undefined })} />
      )}
      {tags.length > 0 && <SelectChip label={t("tag")} value={asked.tag_id} none={t("tag")} options={tags.map((tag) => ({ value: tag.id, label: tag.name }))} onChange={(tag_id) => onAsk({ tag_id })} />}
      {asked.credential_id !== undefined && <CredentialChip id={asked.credential_id} onClear={() => onAsk({ credential_id: undefined })} />}
      {asked.allocation_id !== undefined && <SetChip name={t("allocation")} value={asked.allocation_id.slice(0, 8)} onClear={() => onAsk({ allocation_id: undefined })} />}
      {(["provider", "client", "request_id", "cost_usd_min"] as const).map((name) =>
        asked[name] === undefined ? null : <SetChip key={name} name={t(`more.${name}`)} value={asked[name]} onClear={() => onAsk({ [name]: undefined })} />,
      )}
      <ToggleChip on={false} onChange={() => onPick("more")}>
        {t("more")}
      </ToggleChip>
    </>
  );
}

function LimitChip({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("records");
  const words = useLimitWords();
  const { data } = useQuery(limitNameQuery(id));
  const subject = data?.subject?.name;
  const says = data === undefined ? id.slice(0, 8) : words.each(data);
  return (
    <>
      <SetChip name={t("limit")} value={subject === undefined ? says : t("limit_of", { limit: says, subject })} onClear={onClear} />
      <span className="text-small text-ink-3">{t("limit_alone")}</span>
    </>
  );
}

function MemberChip({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("records");
  return <SetChip name={t("column.member")} value={useQuery(memberNameQuery(id)).data?.display_name ?? id.slice(0, 8)} onClear={onClear} />;
}

function CredentialChip({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useTranslation("records");
  return <SetChip name={t("credential")} value={useQuery(credentialQuery(id)).data?.name ?? id.slice(0, 8)} onClear={onClear} />;
}

interface PickProps {
  onClose: () => void;
  onPick: (value: string) => void;
}

function PickMember({ onClose, onPick }: PickProps) {
  const { t } = useTranslation("records");
  const [q, setQ] = useState("");
  const found = useQuery(membersLikeQuery(q)).data?.items;
  return (
    <Pick
      title={t("pick_member")}
      q={q}
      onQ={setQ}
      onClose={onClose}
      onPick={onPick}
      found={found?.map((member) => ({
        value: member.id,
        shows: (
          <>
            <span className="font-medium text-ink">{member.display_name}</span> <span className="text-ink-3">{member.identifier}</span>
          </>
        ),
      }))}
    />
  );
}

function PickModel({ onClose, onPick }: PickProps) {
  const { t } = useTranslation("records");
  const [q, setQ] = useState("");
  const found = useQuery(modelsLikeQuery(q)).data?.items;
  return <Pick title={t("pick_model")} q={q} onQ={setQ} onClose={onClose} onPick={onPick} found={found?.map((model) => ({ value: model.slug, shows: <Slug slug={model.slug} /> }))} />;
}

function Pick({ title, q, onQ, found, onClose, onPick }: PickProps & { title: string; q: string; onQ: (q: string) => void; found: readonly { value: string; shows: ReactNode }[] | undefined }) {
  const { t } = useTranslation("records");
  return (
    <Dialog title={title} onClose={onClose}>
      <SearchField wide label={title} value={q === "" ? undefined : q} onChange={(typed) => onQ(typed ?? "")} />
      <ul aria-live="polite" className="-mx-2 mt-3 min-h-40">
        {found?.map((each) => (
          <li key={each.value}>
            <button
              type="button"
              onClick={() => {
                onPick(each.value);
                onClose();
              }}
              className="flex min-h-9 w-full items-center gap-2 rounded-button px-2 text-left text-dense hover:bg-hover coarse:min-h-11"
            >
              <span className="min-w-0 break-words">{each.shows}</span>
            </button>
          </li>
        ))}
        {found?.length === 0 && <li className="px-2 text-dense text-ink-3">{t("pick_none")}</li>}
      </ul>
    </Dialog>
  );
}

function More({ asked, onAsk, onClose }: CallFiltersProps & { onClose: () => void }) {
  const { t } = useTranslation(["records", "shared"]);
  const [cost, setCost] = useState(asked.cost_usd_min ?? "");
  const fault = cost.trim() === "" || /^\d{1,9}(\.\d{1,9})?$/.test(cost.trim()) ? undefined : t("more.cost_wrong");
  return (
    <Dialog title={t("more")} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (fault !== undefined) return;
          const form = new FormData(event.currentTarget);
          const text = (name: string) => {
            const value = form.get(name);
            return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
          };
          onAsk({ outcome: text("outcome") ?? undefined, provider: text("provider"), client: text("client"), request_id: text("request_id"), cost_usd_min: cost.trim() === "" ? undefined : cost.trim() });
          onClose();
        }}
      >
        <TextField name="outcome" label={t("more.outcome")} hint={t("more.outcome_hint")} defaultValue={asked.outcome} autoComplete="off" />
        <TextField name="request_id" label={t("more.request_id")} defaultValue={asked.request_id} autoComplete="off" />
        <TextField name="client" label={t("more.client")} hint={t("more.client_hint")} defaultValue={asked.client} autoComplete="off" />
        <TextField name="provider" label={t("more.provider")} defaultValue={asked.provider} autoComplete="off" />
        <TextField label={t("more.cost_usd_min")} unit={t("usd")} inputMode="decimal" error={fault} value={cost} onChange={(event) => setCost(event.target.value)} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button type="submit" look="primary">
            {t("more.show")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
