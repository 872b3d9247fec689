import { useState } from "react";
import { useTranslation } from "react-i18next";

import { NewPassword } from "@/components/new-password";
import { ErrorState, fieldErrors } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { setUp } from "@/session/api";
import { EntryProblem } from "./back-off";
import { useEnter, useSecretInAddress } from "./enter";
import { Frame } from "./frame";
import { useLink } from "./link-form";

/** The first owner makes themself, by the one link that the program printed. */
export function SetUpPage() {
  const secret = useSecretInAddress();
  return <FirstOwner key={secret} secret={secret} />;
}

function FirstOwner({ secret }: { secret: string }) {
  const { t } = useTranslation("entry");
  const link = useLink(secret);
  const [identifier, setIdentifier] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  // What comes next for a first owner is setting up, not calling.
  const enter = useEnter(async (given: Parameters<typeof setUp>[0]) => ({ ...(await setUp(given)), next: "/app/admin" }));
  const errors = fieldErrors(enter.problem);
  if (link.isError) {
    return (
      <Frame title={t("link.over")} says={t("link.over_says.set_up")}>
        <ErrorState what={t("link.refused")} error={link.error} />
      </Frame>
    );
  }
  return (
    <Frame title={t("set_up.title")} says={t("set_up.says")}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!enter.isPending) enter.mutate({ secret, identifier: identifier.trim(), display_name: name.trim(), password });
        }}
      >
        <EntryProblem problem={enter.problem} fields={["identifier", "display_name", "password"]} />
        <TextField label={t("set_up.name")} autoComplete="name" required value={name} error={errors["display_name"]} onChange={(event) => setName(event.target.value)} />
        <TextField
          label={t("identifier")}
          hint={t("set_up.identifier_hint")}
          autoComplete="username"
          autoCapitalize="none"
          required
          value={identifier}
          error={errors["identifier"]}
          onChange={(event) => setIdentifier(event.target.value)}
        />
        <NewPassword value={password} onChange={setPassword} error={errors["password"]} />
        <Button type="submit" look="primary" busy={enter.isPending || link.isPending}>
          {t("set_up.create")}
        </Button>
      </form>
    </Frame>
  );
}
