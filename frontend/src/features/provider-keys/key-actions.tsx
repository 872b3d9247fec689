import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ban, Ellipsis, Pencil, Power, RefreshCw, Trash2 } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import type { ProviderKeyShown } from "@/client/schema.gen";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Stops } from "@/components/stops";
import { Button, IconButton } from "@/components/ui/button";
import { ConfirmDialog, Dialog } from "@/components/ui/dialog";
import { Menu, MenuItem, MenuLine } from "@/components/ui/menu";
import { useToast } from "@/components/ui/toast";
import { useWrite } from "@/lib/writes";
import { change, enable, keyStopsQuery, stopKey, type KeyStop } from "./api";
import { EditDialog } from "./edit-dialog";
import { SecretField, secretIn } from "./secret-field";

type Open = KeyStop | "rotate" | "edit" | null;

/** What can be done to a provider key beside testing it. */
export function KeyActions({ shown }: { shown: ProviderKeyShown }) {
  const { t } = useTranslation("providers");
  const toast = useToast();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const enabling = useWrite({ write: enable, touches: ["admin"], onDone: () => toast(t("enabled", { name: shown.name })) });
  return (
    <>
      <Button icon={RefreshCw} onClick={() => setOpen("rotate")}>
        {t("rotate.verb")}
      </Button>
      {shown.status === "active" ? (
        <Button look="destructive" icon={Ban} onClick={() => setOpen("disable")}>
          {t("verb.disable")}
        </Button>
      ) : (
        <Button icon={Power} busy={enabling.isPending} onClick={() => enabling.mutate(shown.id)}>
          {t("enable")}
        </Button>
      )}
      <Menu trigger={<IconButton icon={Ellipsis} label={t("more_of", { name: shown.name })} className="size-[34px]" />}>
        <MenuItem icon={Pencil} onSelect={() => setOpen("edit")}>
          {t("edit.verb")}
        </MenuItem>
        <MenuLine />
        <MenuItem icon={Trash2} destructive onSelect={() => setOpen("delete")}>
          {t("verb.delete")}
        </MenuItem>
      </Menu>
      {enabling.problem !== null && (
        <Dialog title={t("enable")} onClose={enabling.reset}>
          <ProblemNote problem={enabling.problem} />
        </Dialog>
      )}
      {open === "rotate" && <RotateDialog shown={shown} onClose={close} />}
      {open === "edit" && <EditDialog shown={shown} onClose={close} />}
      {(open === "disable" || open === "delete") && <StopDialog shown={shown} how={open} onClose={close} />}
    </>
  );
}

function StopDialog({ shown, how, onClose }: { shown: ProviderKeyShown; how: KeyStop; onClose: () => void }) {
  const { t } = useTranslation("providers");
  const toast = useToast();
  const navigate = useNavigate();
  const stops = useQuery(keyStopsQuery(shown.id, how));
  const write = useWrite({
    write: stopKey,
    touches: how === "disable" ? ["admin"] : [],
    onDone: () => {
      onClose();
      toast(t(`done.${how}`, { name: shown.name }));
      if (how === "delete") void navigate({ to: "/admin/provider-keys" });
    },
  });
  const refused = stops.error instanceof ApiProblem ? stops.error : null;
  return (
    <ConfirmDialog
      title={t(`ask.${how}`, { name: shown.name })}
      verb={t(`verb.${how}`)}
      busy={write.isPending}
      problem={write.problem ?? refused}
      onClose={onClose}
      onConfirm={() => write.mutate({ id: shown.id, how })}
    >
      <p>{t(`explain.${how}`)}</p>
      {refused === null && <Stops stops={stops.data} />}
    </ConfirmDialog>
  );
}

function RotateDialog({ shown, onClose }: { shown: ProviderKeyShown; onClose: () => void }) {
  const { t } = useTranslation(["providers", "shared"]);
  const toast = useToast();
  const write = useWrite({
    write: change,
    touches: ["admin"],
    onDone: () => {
      onClose();
      toast(t("rotate.done", { name: shown.name }));
    },
  });
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const secret = secretIn(event.currentTarget);
    if (secret !== null) write.mutate({ id: shown.id, changes: { secret } });
  }
  return (
    <Dialog title={t("rotate.ask", { name: shown.name })} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        <p>{t("rotate.says")}</p>
        <SecretField
          provider={shown.provider}
          required
          label={t("form.secret")}
          hint={shown.secret_display === null ? undefined : t("rotate.now", { shown: shown.secret_display })}
          hintOfFile={t("form.secret_file")}
          error={fieldErrors(write.problem)["secret"]}
        />
        <ProblemNote problem={write.problem} fields={["secret"]} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button type="submit" look="primary" busy={write.isPending}>
            {t("rotate.verb")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
