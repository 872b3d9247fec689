import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as z from "zod";

import type { MyIssue } from "@/client/schema.gen";
import { Slug } from "@/components/amounts";
import { Page } from "@/components/page";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Checkbox, Select, TextArea, TextField } from "@/components/ui/field";
import { useFormat } from "@/lib/format";
import { useWrite } from "@/lib/writes";
import { keepSecret } from "@/session/secrets";
import { issue, scopeQuery } from "./api";
import { thisDevice } from "./device";

const DAY_MS = 86_400_000;
const LIVES_DAYS = ["30", "90", "365", "never"] as const;
const USD = /^\d{1,9}(\.\d{1,9})?$/;

const FORM = z.object({
  name: z.string().trim().min(1, "name_missing").max(200, "name_long"),
  scope: z.enum(["all", "some"]),
  allocations: z.array(z.string()),
  lives: z.enum(LIVES_DAYS),
  monthlyUsd: z.string().trim().refine((given) => given === "" || USD.test(given), "amount"),
  networks: z.string(),
  prefix: z.string().trim().regex(/^([a-z0-9_-]{1,20})?$/, "prefix"),
});

type Form = z.infer<typeof FORM>;

/** Making a credential: whose allocations it may use, until when, up to how much, and from where. */
export function NewCredentialPage() {
  const { t } = useTranslation("credentials");
  const navigate = useNavigate();
  const format = useFormat();
  const [openedAt] = useState(() => Date.now());
  const allocations = useQuery(scopeQuery).data?.items.filter((each) => each.state !== "revoked") ?? [];
  const form = useForm<Form>({
    resolver: zodResolver(FORM),
    mode: "onTouched",
    defaultValues: { name: thisDevice(), scope: "all", allocations: [], lives: "90", monthlyUsd: "", networks: "", prefix: "" },
  });
  const write = useWrite({
    write: issue,
    touches: ["credentials"],
    onDone: (made) => {
      keepSecret(made.id, made.secret);
      void navigate({ to: "/credentials/$id/set-up", params: { id: made.id }, replace: true });
    },
  });
  const [scope, chosen, lives, monthlyUsd] = useWatch({ control: form.control, name: ["scope", "allocations", "lives", "monthlyUsd"] });
  const errors = form.formState.errors;
  const refused = fieldErrors(write.problem);
  const says = (name: keyof Form) => {
    const code = errors[name]?.message;
    return code === undefined ? undefined : t(`fault.${code as "amount"}`);
  };
  const until = lives === "never" ? null : new Date(openedAt + Number(lives) * DAY_MS);
  return (
    <Page title={t("new")} width="form">
      <form className="flex flex-col gap-4" noValidate onSubmit={(event) => void form.handleSubmit((given) => write.mutate(asked(given)))(event)}>
        <ProblemNote problem={write.problem} fields={["name", "prefix"]} />
        <Card>
          <div className="flex flex-col gap-5">
            <TextField label={t("form.name")} hint={t("form.name_hint")} error={says("name") ?? refused["name"]} {...form.register("name")} />
            <fieldset className="flex flex-col gap-1">
              <legend className="mb-1 text-dense font-medium">{t("form.scope")}</legend>
              {(["all", "some"] as const).map((each) => (
                <label key={each} className="flex items-center gap-2.5 py-1 text-dense coarse:min-h-11">
                  <input type="radio" value={each} className="size-4 accent-accent" {...form.register("scope")} />
                  {t(`form.scope_${each}`)}
                </label>
              ))}
              {scope === "some" && (
                <div className="ml-6.5 flex flex-col border-l border-line pl-4">
                  {allocations.length === 0 && <p className="text-dense text-ink-3">{t("form.no_allocations")}</p>}
                  {allocations.map((each) => (
                    <Checkbox key={each.id} value={each.id} label={<Slug slug={each.model} />} {...form.register("allocations")} />
                  ))}
                </div>
              )}
            </fieldset>
            <Select label={t("form.expires")} {...form.register("lives")}>
              {LIVES_DAYS.map((each) => (
                <option key={each} value={each}>
                  {each === "never" ? t("never") : t("form.days", { count: Number(each) })}
                </option>
              ))}
            </Select>
            <TextField label={t("form.limit")} hint={t("form.limit_hint")} error={says("monthlyUsd")} inputMode="decimal" unit={t("form.limit_unit")} {...form.register("monthlyUsd")} />
            <details className="rounded-card border border-line px-3.5 py-2.5">
              <summary className="text-dense font-medium text-ink-2">{t("form.more")}</summary>
              <div className="flex flex-col gap-5 pt-4 pb-1.5">
                <TextArea label={t("form.networks")} hint={t("form.networks_hint")} error={refused["source_networks"]} {...form.register("networks")} />
                <TextField label={t("form.prefix")} hint={t("form.prefix_hint")} error={says("prefix") ?? refused["prefix"]} {...form.register("prefix")} />
              </div>
            </details>
          </div>
        </Card>
        <p className="text-body text-ink-2">
          {t("form.sum", {
            scope: scope === "all" ? t("form.sum_all") : t("form.sum_some", { count: chosen.length }),
            until: until === null ? t("form.sum_never") : t("form.sum_until", { day: format.day(until) }),
            limit: monthlyUsd.trim() === "" ? t("form.sum_no_limit") : t("form.sum_limit", { usd: monthlyUsd.trim() }),
          })}
        </p>
        <div className="phone:sticky phone:bottom-[72px] phone:-mx-4 phone:border-t phone:border-line phone:bg-canvas phone:p-4">
          <Button type="submit" look="primary" busy={write.isPending} className="phone:w-full">
            {t("form.create")}
          </Button>
        </div>
      </form>
    </Page>
  );
}

function asked(given: Form): MyIssue {
  const networks = given.networks.split(/[\s,]+/).filter((each) => each !== "");
  return {
    name: given.name,
    expires_at: given.lives === "never" ? null : new Date(Date.now() + Number(given.lives) * DAY_MS).toISOString(),
    allocation_ids: given.scope === "all" ? null : given.allocations,
    source_networks: networks.length === 0 ? null : networks,
    ...(given.monthlyUsd !== "" && { limits: [{ metric: "cost" as const, window_kind: "month" as const, amount: given.monthlyUsd }] }),
    ...(given.prefix !== "" && { prefix: given.prefix }),
  };
}
