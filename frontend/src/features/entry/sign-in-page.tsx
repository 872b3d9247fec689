import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { fieldErrors } from "@/components/problem";
import { Button, buttonClass } from "@/components/ui/button";
import { PasswordField, TextField } from "@/components/ui/field";
import { methodsQuery, signIn } from "@/session/api";
import { EntryProblem } from "./back-off";
import { useEnter } from "./enter";
import { Frame } from "./frame";

const HOME = "/app/";

/** Signing in, by what is configured and by nothing else. `next` is the page to show then. */
export function SignInPage({ next }: { next: string | null }) {
  const { t } = useTranslation("entry");
  const { data: methods } = useSuspenseQuery(methodsQuery);
  if (methods.set_up_needed) {
    return (
      <Frame title={t("sign_in.set_up")} says={t("sign_in.set_up_says")}>
        <code className="rounded-card border border-line bg-sunken px-3 py-2 font-mono text-code">ai-api admin link</code>
      </Frame>
    );
  }
  return (
    <Frame title={t("sign_in.title")}>
      {methods.oidc.length > 0 && (
        <div className="flex flex-col gap-2">
          {methods.oidc.map((each) => (
            <a key={each.name} href={`${each.start}?next=${encodeURIComponent(next ?? HOME)}`} className={buttonClass()}>
              {t("sign_in.with", { provider: each.label })}
            </a>
          ))}
        </div>
      )}
      {methods.oidc.length > 0 && methods.password && (
        <div className="flex items-center gap-3 text-small text-ink-3 before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">{t("sign_in.or")}</div>
      )}
      {methods.password && <PasswordForm next={next} sendsMail={methods.sends_mail} />}
    </Frame>
  );
}

function PasswordForm({ next, sendsMail }: { next: string | null; sendsMail: boolean }) {
  const { t } = useTranslation("entry");
  const [identifier, setIdentifier] = useState("");
  const [password, setPassword] = useState("");
  const enter = useEnter(signIn);
  const errors = fieldErrors(enter.problem);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!enter.isPending) enter.mutate({ identifier: identifier.trim(), password, next });
      }}
    >
      <EntryProblem problem={enter.problem} fields={["identifier", "password"]} />
      <TextField
        label={t("identifier")}
        name="identifier"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        value={identifier}
        error={errors["identifier"]}
        onChange={(event) => setIdentifier(event.target.value)}
      />
      <PasswordField
        label={t("password")}
        name="password"
        autoComplete="current-password"
        required
        value={password}
        error={errors["password"]}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button type="submit" look="primary" busy={enter.isPending}>
        {t("sign_in.continue")}
      </Button>
      {sendsMail ? (
        <Link to="/reset" className="self-start text-dense font-medium text-accent-ink">
          {t("sign_in.forgot")}
        </Link>
      ) : (
        <p className="text-dense text-ink-3">{t("sign_in.forgot_ask")}</p>
      )}
    </form>
  );
}
