import { useState } from "react";
import { useTranslation } from "react-i18next";

import { NewPassword } from "@/components/new-password";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { PasswordField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import { useWrite } from "@/lib/writes";
import { useMe } from "@/session/me";
import { changePassword } from "./api";

/** Another password. */
export function PasswordPart() {
  const { t } = useTranslation("account");
  const me = useMe();
  const toast = useToast();
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const write = useWrite({
    write: changePassword,
    touches: ["sessions"],
    onDone: () => {
      setCurrent("");
      setWanted("");
      toast(t("password.done"));
    },
  });
  const errors = fieldErrors(write.problem);
  return (
    <Card title={t("part.password")}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!write.isPending) write.mutate({ current, new: wanted });
        }}
      >
        <p className="text-dense text-ink-2">{t("password.says")}</p>
        <ProblemNote problem={write.problem} fields={["current", "new"]} />
        <input type="text" name="username" autoComplete="username" value={me.identifier} readOnly hidden />
        <PasswordField
          label={t("password.current")}
          autoComplete="current-password"
          required
          value={current}
          error={errors["current"]}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <NewPassword value={wanted} onChange={setWanted} error={errors["new"]} />
        <Button type="submit" look="primary" busy={write.isPending} className="self-start">
          {t("password.save")}
        </Button>
      </form>
    </Card>
  );
}
