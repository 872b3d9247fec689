import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { TriangleAlert, Users, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { AffectedShown, ModelDetail, Policy } from "@/client/schema.gen";
import { ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import { useToast } from "@/components/ui/toast";
import { useFormat } from "@/lib/format";
import { useWrite } from "@/lib/writes";
import { audienceQuery, memberOfPolicyQuery, policyPreviewQuery, setPolicy, tagsOfPolicyQuery } from "./api";

type Draft = Required<Policy>;

/** Who sees a model; what a change would do stands beside it before it is saved. */
export function PolicyCard({ model }: { model: ModelDetail }) {
  const { t } = useTranslation("catalog");
  const saved: Draft = { access: model.access, tag_ids: model.tag_ids, member_ids: model.member_ids, denied_tag_ids: model.denied_tag_ids, denied_member_ids: model.denied_member_ids };
  const [draft, setDraft] = useState(saved);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(saved);
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  return (
    <Card title={t("policy")} aside={<Audience id={model.id} />}>
      <div className="flex flex-col gap-4">
        <div className="grid gap-4 md:grid-cols-3">
          <fieldset>
            <legend className="mb-1.5 text-dense font-medium">{t("policy.who")}</legend>
            <div className="inline-flex rounded-card bg-hover p-0.5">
              {(["open", "restricted"] as const).map((access) => (
                <button
                  key={access}
                  type="button"
                  aria-pressed={draft.access === access}
                  onClick={() => change({ access })}
                  className="rounded-button border border-transparent px-2.5 py-1 text-dense whitespace-nowrap text-ink-2 aria-pressed:border-line aria-pressed:bg-surface aria-pressed:font-semibold aria-pressed:text-ink coarse:min-h-11"
                >
                  {t(`access.${access}`)}
                </button>
              ))}
            </div>
          </fieldset>
          <Chosen legend={t("policy.allow")} off={draft.access === "open"} saved={saved} tags={draft.tag_ids} members={draft.member_ids} onTags={(tag_ids) => change({ tag_ids })} onMembers={(member_ids) => change({ member_ids })} />
          <Chosen legend={t("policy.deny")} saved={saved} tags={draft.denied_tag_ids} members={draft.denied_member_ids} onTags={(denied_tag_ids) => change({ denied_tag_ids })} onMembers={(denied_member_ids) => change({ denied_member_ids })} />
        </div>
        {isChanged ? <Preview id={model.id} draft={draft} onUndo={() => setDraft(saved)} /> : <p className="text-small text-ink-3">{t("policy.says")}</p>}
      </div>
    </Card>
  );
}

/** How many members see it now; a change that is not saved yet says itself what it would do. */
function Audience({ id }: { id: string }) {
  const { t } = useTranslation("catalog");
  const format = useFormat();
  const { data, error } = useQuery(audienceQuery(id));
  if (data === undefined) return error === null ? null : t("audience_failed");
  return t("audience", { seeing: format.count(data.seeing), count: data.members });
}

interface ChosenProps {
  legend: string;
  /** It is not in force while everybody sees the model. */
  off?: boolean;
  saved: Draft;
  tags: readonly string[];
  members: readonly string[];
  onTags: (ids: string[]) => void;
  onMembers: (ids: string[]) => void;
}

function Chosen({ legend, off = false, saved, tags, members, onTags, onMembers }: ChosenProps) {
  const { t } = useTranslation("catalog");
  const known = useQuery(tagsOfPolicyQuery).data?.items ?? [];
  const people = useQueries({ queries: members.map((id) => memberOfPolicyQuery(id)) });
  const isNew = (id: string) => ![saved.tag_ids, saved.member_ids, saved.denied_tag_ids, saved.denied_member_ids].some((ids) => ids.includes(id));
  const addable = known.filter((tag) => !tags.includes(tag.id));
  return (
    <fieldset>
      <legend className={clsx("mb-1.5 text-dense font-medium", off && "text-ink-2")}>{legend}</legend>
      <div className="flex flex-wrap items-center gap-1.5">
        {tags.map((id) => (
          <Chip key={id} fresh={isNew(id)} name={known.find((tag) => tag.id === id)?.name ?? id.slice(0, 8)} onRemove={() => onTags(tags.filter((each) => each !== id))} />
        ))}
        {members.map((id, index) => (
          <Chip key={id} name={people[index]?.data?.display_name ?? id.slice(0, 8)} onRemove={() => onMembers(members.filter((each) => each !== id))} />
        ))}
        {tags.length + members.length === 0 && addable.length === 0 && <span className="text-dense text-ink-3">{t("policy.no_tags")}</span>}
        {addable.length > 0 && (
          <Menu align="start" trigger={<AddTag label={t("policy.add_tag", { list: legend })}>{t("policy.add")}</AddTag>}>
            {addable.map((tag) => (
              <MenuItem key={tag.id} onSelect={() => onTags([...tags, tag.id])}>
                {tag.name}
              </MenuItem>
            ))}
          </Menu>
        )}
      </div>
      {off && <p className="mt-1.5 text-small text-ink-3">{t("policy.off")}</p>}
    </fieldset>
  );
}

// Not the system's own list: there an arrow key would already add what it passes.
function AddTag({ label, children, ...opens }: { label: string; children: ReactNode }) {
  return (
    <button {...opens} type="button" aria-label={label} className="h-6 rounded-badge border border-dashed border-control bg-surface px-2 text-small text-ink-2 hover:bg-hover coarse:h-9">
      {children}
    </button>
  );
}

function Chip({ name, fresh = false, onRemove }: { name: ReactNode; fresh?: boolean; onRemove: () => void }) {
  const { t } = useTranslation("catalog");
  return (
    <span className={clsx("inline-flex h-6 items-center gap-1 rounded-badge border pl-2 text-small", fresh ? "border-accent-line bg-accent-soft text-accent-ink" : "border-line-strong bg-surface text-ink")}>
      {name}
      <button type="button" aria-label={t("policy.remove", { name: typeof name === "string" ? name : "" })} onClick={onRemove} className="relative flex h-full w-6 items-center justify-center rounded-badge hover:bg-hover coarse:after:absolute coarse:after:-inset-2.5">
        <X aria-hidden size={12} />
      </button>
    </span>
  );
}

function Preview({ id, draft, onUndo }: { id: string; draft: Draft; onUndo: () => void }) {
  const { t } = useTranslation("catalog");
  const toast = useToast();
  const [seeing, setSeeing] = useState(false);
  const preview = useQuery({ ...policyPreviewQuery(id, draft), placeholderData: keepPreviousData });
  const write = useWrite({ write: setPolicy, touches: ["admin", "models"], onDone: () => toast(t("policy.saved")) });
  const found = preview.data;
  const loses = found?.loses.count ?? 0;
  const Icon = loses > 0 ? TriangleAlert : Users;
  return (
    <div aria-live="polite" className="flex flex-col gap-3">
      <div className={clsx("flex flex-wrap items-center gap-3 rounded-card border px-3.5 py-2.5 text-dense", loses > 0 ? "border-warn-line bg-warn-soft text-warn-ink" : "border-accent-line bg-accent-soft text-ink")}>
        <Icon aria-hidden size={16} className="shrink-0" />
        <span className="grow font-medium">{found === undefined ? t("policy.counting") : t("policy.effect", { gains: found.gains.count, loses })}</span>
        {found !== undefined && found.gains.count + loses > 0 && (
          <button type="button" onClick={() => setSeeing(true)} className="font-medium text-accent-ink hover:underline">
            {t("policy.see")}
          </button>
        )}
        <Button small look="quiet" onClick={onUndo}>
          {t("policy.undo")}
        </Button>
        <Button small look="primary" busy={write.isPending} disabled={found === undefined} onClick={() => write.mutate({ id, policy: draft })}>
          {t("policy.save")}
        </Button>
      </div>
      <ProblemNote problem={write.problem ?? (preview.error instanceof ApiProblem ? preview.error : null)} />
      {seeing && found !== undefined && (
        <Dialog title={t("policy.see")} onClose={() => setSeeing(false)}>
          <Side title={t("policy.gains", { count: found.gains.count })} affected={found.gains} />
          <Side title={t("policy.loses", { count: found.loses.count })} affected={found.loses} />
        </Dialog>
      )}
    </div>
  );
}

function Side({ title, affected }: { title: string; affected: AffectedShown }) {
  const { t } = useTranslation("catalog");
  const rest = affected.count - affected.first.length;
  return (
    <section className="mb-4">
      <h3 className="mb-1 text-dense font-medium text-ink">{title}</h3>
      <ul className="text-dense">
        {affected.first.map((member) => (
          <li key={member.id}>
            {member.display_name} <span className="text-ink-3">{member.identifier}</span>
          </li>
        ))}
        {rest > 0 && <li className="text-ink-3">{t("policy.rest", { count: rest })}</li>}
      </ul>
    </section>
  );
}
