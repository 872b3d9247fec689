import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import type { ProviderKeyShown, RouteShown } from "@/client/schema.gen";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Select, TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { addRoute, changeRoute } from "./api";

interface RouteFormProps {
  modelId: string;
  keys: readonly ProviderKeyShown[];
  /** The route to change; null makes one. */
  route: RouteShown | null;
  onClose: () => void;
}

/** A way to serve a model: by which provider key, under which name there, and when it is tried. */
export function RouteForm({ modelId, keys, route, onClose }: RouteFormProps) {
  const { t } = useTranslation(["catalog", "shared"]);
  const [keyId, setKeyId] = useState(route?.provider_key_id ?? keys[0]?.id ?? "");
  const [upstream, setUpstream] = useState(route?.upstream_model ?? "");
  const [priority, setPriority] = useState(String(route?.priority ?? 100));
  const [weight, setWeight] = useState(String(route?.weight ?? 1));
  const making = useWrite({ write: addRoute, touches: ["admin"], onDone: onClose });
  const changing = useWrite({ write: changeRoute, touches: ["admin"], onDone: onClose });
  const problem = making.problem ?? changing.problem;
  const refused = fieldErrors(problem);
  function submit(event: SubmitEvent) {
    event.preventDefault();
    const given = { upstream_model: upstream.trim(), priority: Number(priority), weight: Number(weight) };
    if (route === null) making.mutate({ model_id: modelId, provider_key_id: keyId, ...given });
    else changing.mutate({ id: route.id, changes: given });
  }
  return (
    <Dialog title={route === null ? t("route.add") : t("route.edit")} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        <Select label={t("column.key")} value={keyId} disabled={route !== null} onChange={(event) => setKeyId(event.target.value)}>
          {keys.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
        <TextField label={t("column.upstream")} hint={t("route.upstream_hint")} required maxLength={200} value={upstream} error={refused["upstream_model"]} onChange={(event) => setUpstream(event.target.value)} />
        <div className="grid grid-cols-2 gap-4">
          <TextField type="number" label={t("column.priority")} hint={t("route.priority_hint")} required min={0} value={priority} error={refused["priority"]} onChange={(event) => setPriority(event.target.value)} />
          <TextField type="number" label={t("column.weight")} hint={t("route.weight_hint")} required min={0} value={weight} error={refused["weight"]} onChange={(event) => setWeight(event.target.value)} />
        </div>
        <ProblemNote problem={problem} fields={["upstream_model", "priority", "weight"]} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button type="submit" look="primary" busy={making.isPending || changing.isPending} disabled={keyId === ""}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
