import { useState } from "react";
import { useTranslation } from "react-i18next";

import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { keepSecret } from "@/session/secrets";
import { issue } from "./api";
import { thisDevice } from "./device";

/** The shortest way to a credential: a name, and Create. Everything else is as usual. */
export function CreateStep() {
  const { t } = useTranslation("credentials");
  const [name, setName] = useState(thisDevice);
  const write = useWrite({ write: issue, touches: ["credentials"], onDone: (made) => keepSecret(made.id, made.secret) });
  return (
    <form
      className="flex max-w-md flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!write.isPending) write.mutate({ name });
      }}
    >
      <ProblemNote problem={write.problem} fields={["name"]} />
      <TextField label={t("form.name")} required value={name} error={fieldErrors(write.problem)["name"]} onChange={(event) => setName(event.target.value)} />
      <Button type="submit" look="primary" busy={write.isPending} className="self-start">
        {t("form.create")}
      </Button>
    </form>
  );
}
