import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { MyCredentialFound } from "@/client/schema.gen";
import { Slug } from "@/components/amounts";
import { ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import { useWrite } from "@/lib/writes";
import { changeScope, scopeQuery } from "./api";

/** Changes in place which allocations a credential is for: all of them, now and later, or those that are ticked. */
export function EditScope({ credential }: { credential: MyCredentialFound }) {
  const { t } = useTranslation("credential");
  const [isOpen, setIsOpen] = useState(false);
  if (isOpen) return <ScopeForm credential={credential} onClose={() => setIsOpen(false)} />;
  return (
    <Button small className="mt-3" onClick={() => setIsOpen(true)}>
      {t("scope.change")}
    </Button>
  );
}

function ScopeForm({ credential, onClose }: { credential: MyCredentialFound; onClose: () => void }) {
  const { t } = useTranslation(["credentials", "credential", "shared"]);
  const toast = useToast();
  const allocations = useQuery(scopeQuery).data?.items.filter((each) => each.state !== "revoked") ?? [];
  const [isAll, setIsAll] = useState(credential.allocation_ids === null);
  const [chosen, setChosen] = useState<readonly string[]>(credential.allocation_ids ?? []);
  const write = useWrite({
    write: changeScope,
    touches: ["credentials"],
    onDone: () => {
      toast(t("credential:scope.saved", { name: credential.name }));
      onClose();
    },
  });
  // What was revoked since is in no list to tick, and cannot be chosen again.
  const kept = allocations.filter((each) => chosen.includes(each.id)).map((each) => each.id);
  return (
    <form
      className="mt-3 flex flex-col gap-2 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        write.mutate({ id: credential.id, allocationIds: isAll ? null : kept });
      }}
    >
      <fieldset className="flex flex-col">
        <legend className="mb-1 text-dense font-medium">{t("form.scope")}</legend>
        {([true, false] as const).map((all) => (
          <label key={String(all)} className="flex items-center gap-2.5 py-1 text-dense coarse:min-h-11">
            <input type="radio" name="scope" checked={isAll === all} onChange={() => setIsAll(all)} className="size-4 accent-accent" />
            {t(all ? "form.scope_all" : "form.scope_some")}
          </label>
        ))}
        {!isAll && (
          <div className="ml-6.5 flex flex-col border-l border-line pl-4">
            {allocations.length === 0 && <p className="text-dense text-ink-3">{t("form.no_allocations")}</p>}
            {allocations.map(({ id, model }) => (
              <Checkbox
                key={id}
                label={<Slug slug={model} />}
                checked={chosen.includes(id)}
                onChange={(event) => setChosen(event.target.checked ? [...chosen, id] : chosen.filter((each) => each !== id))}
              />
            ))}
          </div>
        )}
      </fieldset>
      <ProblemNote problem={write.problem} />
      <div className="flex gap-2">
        <Button small type="submit" look="primary" busy={write.isPending}>
          {t("credential:scope.save")}
        </Button>
        <Button small onClick={onClose}>
          {t("shared:cancel")}
        </Button>
      </div>
    </form>
  );
}
