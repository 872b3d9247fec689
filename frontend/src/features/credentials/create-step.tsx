import { useState } from "react";
import { useTranslation } from "react-i18next";

import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { keepSecret } from "@/session/secrets";
import { issue } from "./api";
import { thisDevice } from "./device";

interface CreateStepProps {
  /** What it is for, where that is a better name than that of the device. */
  named?: string;
  onMade?: (id: string) => void;
  /** Whether this is what the page is for. */
  primary?: boolean;
}

/** The shortest way to a credential: a name, and Create. Everything else is as usual. */
export function CreateStep({ named, onMade, primary = true }: CreateStepProps) {
  const { t } = useTranslation("credentials");
  const [name, setName] = useState(() => named ?? thisDevice());
  const write = useWrite({
    write: issue,
    touches: ["credentials"],
    onDone: (made) => {
      keepSecret(made.id, made.secret);
      onMade?.(made.id);
    },
  });
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
      <Button type="submit" look={primary ? "primary" : "default"} busy={write.isPending} className="self-start">
        {t("form.create")}
      </Button>
    </form>
  );
}
