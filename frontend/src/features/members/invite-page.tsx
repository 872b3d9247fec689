import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { MembersBulk } from "@/client/schema.gen";
import type { Choice } from "@/components/picker";
import { TagPicker } from "@/components/pickers";
import { Page } from "@/components/page";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button, buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Checkbox, Select, TextArea } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { bulkPreviewQuery, createMembers } from "./api";
import { LinesTable } from "./lines-table";

const TYPED_AFTER_MS = 400;
const ROLES = ["member", "admin", "owner"] as const;

/** Brings people: a list is checked line by line while it is typed, and told line by line what became of it. */
export function InvitePage() {
  const { t } = useTranslation(["people", "shared"]);
  const [typed, setTyped] = useState("");
  const [role, setRole] = useState<(typeof ROLES)[number]>("member");
  const [tags, setTags] = useState<readonly Choice[]>([]);
  const [invite, setInvite] = useState(true);
  const given = useLater(bulkOf(typed, { role, tags, invite }));
  const preview = useQuery(bulkPreviewQuery(given));
  const write = useWrite({ write: createMembers, touches: ["admin"] });
  const problem = write.problem ?? (preview.error instanceof ApiProblem ? preview.error : null);
  if (write.data !== undefined) {
    return (
      <Page
        title={t("invite.done_title", { count: write.data.made })}
        says={t("invite.done_says")}
        actions={
          <>
            <Button
              onClick={() => {
                write.reset();
                setTyped("");
              }}
            >
              {t("invite.again")}
            </Button>
            <Link to="/admin/members" className={buttonClass("primary")}>
              {t("invite.to_members")}
            </Link>
          </>
        }
      >
        <LinesTable shown={write.data} />
      </Page>
    );
  }
  return (
    <Page title={t("invite.title")} says={t("invite.says")}>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card>
          <form
            className="flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              const all = bulkOf(typed, { role, tags, invite });
              if (!write.isPending && all !== null) write.mutate(all);
            }}
          >
            <ProblemNote problem={problem} fields={["csv", "lines"]} />
            <TextArea
              label={t("invite.who")}
              hint={t("invite.who_hint")}
              rows={9}
              required
              spellCheck={false}
              value={typed}
              error={fieldErrors(problem)["csv"] ?? fieldErrors(problem)["lines"]}
              onChange={(event) => setTyped(event.target.value)}
            />
            <Select label={t("column.role")} hint={t("invite.role_hint")} value={role} onChange={(event) => setRole(ROLES.find((each) => each === event.target.value) ?? "member")}>
              {ROLES.map((each) => (
                <option key={each} value={each}>
                  {t(`shared:role.${each}`)}
                </option>
              ))}
            </Select>
            <div className="flex flex-col gap-2">
              {tags.length > 0 && (
                <ul className="flex flex-wrap gap-1">
                  {tags.map((tag) => (
                    <li key={tag.id} className="inline-flex items-center rounded-badge border border-line pl-1.5 text-small text-ink-2">
                      {tag.name}
                      <button type="button" aria-label={t("invite.without_tag", { tag: tag.name })} onClick={() => setTags(tags.filter((each) => each.id !== tag.id))} className="flex size-6 items-center justify-center coarse:size-9">
                        <X aria-hidden size={12} />
                      </button>
                    </li>
                  ))}
                </ul>
              )}
              <TagPicker
                label={t("invite.tags")}
                value={null}
                onPick={(choice) => {
                  if (choice !== null && !tags.some((each) => each.id === choice.id)) setTags([...tags, choice]);
                }}
              />
            </div>
            <Checkbox label={t("invite.send")} checked={invite} onChange={(event) => setInvite(event.target.checked)} />
            <Button look="primary" type="submit" className="self-start" busy={write.isPending} disabled={given === null || preview.data?.made === 0}>
              {invite ? t("invite.verb", { count: preview.data?.made ?? 0 }) : t("invite.make", { count: preview.data?.made ?? 0 })}
            </Button>
          </form>
        </Card>
        <section aria-label={t("invite.check")} aria-live="polite" className="min-w-0">
          {preview.data !== undefined && given !== null ? (
            <LinesTable shown={preview.data} />
          ) : (
            <Card>
              <p className="text-dense text-ink-3">{t("invite.check_says")}</p>
            </Card>
          )}
        </section>
      </div>
    </Page>
  );
}

// The text as it is: lines, or what a table gives as CSV. The server reads either.
function bulkOf(typed: string, all: { role: (typeof ROLES)[number]; tags: readonly Choice[]; invite: boolean }): MembersBulk | null {
  return typed.trim() === "" ? null : { csv: typed, role: all.role, invite: all.invite, tag_ids: all.tags.map((tag) => tag.id) };
}

function useLater(value: MembersBulk | null): MembersBulk | null {
  const [later, setLater] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(JSON.parse(text) as MembersBulk | null), TYPED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return later;
}
