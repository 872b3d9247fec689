import { useTranslation } from "react-i18next";

import type { MyModelShown } from "@/client/schema.gen";
import { useProblemText } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { useToast } from "@/components/ui/toast";
import { useWrite } from "@/lib/writes";
import { claim } from "./api";

/** Takes a model. Why it failed stands under the button. */
export function ClaimButton({ model, look = "default", small = true }: { model: MyModelShown; look?: "primary" | "default"; small?: boolean }) {
  const { t } = useTranslation("models");
  const say = useProblemText();
  const toast = useToast();
  const write = useWrite({
    write: claim,
    touches: ["models", "allocations", "me"],
    onDone: () => toast(t("claim.done", { model: model.slug })),
  });
  return (
    <span className="inline-flex flex-col items-end gap-1">
      <Button small={small} look={look} busy={write.isPending} aria-label={t("claim.label", { model: model.slug })} onClick={() => write.mutate(model.id)}>
        {t("claim.verb")}
      </Button>
      {write.problem !== null && (
        <span role="alert" className="max-w-64 text-right text-small whitespace-normal text-bad-ink">
          {say(write.problem)}
        </span>
      )}
    </span>
  );
}
