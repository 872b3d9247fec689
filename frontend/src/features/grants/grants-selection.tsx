import { Ban, Gauge, Pause, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { AllocationShown } from "@/client/schema.gen";
import { BulkDialog, BulkStops, type Named } from "@/components/bulk-dialog";
import { BulkBar, type Selection } from "@/components/selection";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { move, readStops } from "./api";
import { useGrantNames } from "./grant-names";
import { LimitsManyDialog } from "./limits-many-dialog";

type How = "pause" | "resume" | "revoke";

// The states from which each of them is possible; what is quarantined is looked at one by one.
const FROM: Record<How | "limits", readonly AllocationShown["state"][]> = {
  limits: ["active", "paused", "quarantined"],
  pause: ["active"],
  resume: ["paused"],
  revoke: ["active", "paused", "quarantined"],
};

interface GrantsSelectionProps {
  selection: Selection<AllocationShown>;
  shown: readonly AllocationShown[];
  hasMore: boolean;
  readAll: () => Promise<AllocationShown[]>;
}

/** What can be done to the allocations that are ticked. */
export function GrantsSelection({ selection, ...bar }: GrantsSelectionProps) {
  const { t } = useTranslation("people");
  const [open, setOpen] = useState<How | "limits" | null>(null);
  const nameOf = useGrantNames(open === null ? [] : selection.rows);
  const rowsFor = (how: How | "limits") => selection.rows.filter((each) => FROM[how].includes(each.state));
  const close = (isDone: boolean) => {
    // The rows are as they were when they were ticked: their states and limits have changed.
    if (isDone) selection.replace([]);
    setOpen(null);
  };
  const given = open === null ? [] : rowsFor(open);
  const rows = given.map((each) => ({ id: each.id, name: nameOf(each) }));
  const left = selection.rows.length - rows.length;
  return (
    <>
      <BulkBar label={t("grants.selection")} selection={selection} {...bar}>
        {rowsFor("limits").length > 0 && (
          <Button small icon={Gauge} onClick={() => setOpen("limits")}>
            {t("grants.change_limits")}
          </Button>
        )}
        {rowsFor("pause").length > 0 && (
          <Button small icon={Pause} onClick={() => setOpen("pause")}>
            {t("grants.verb.pause")}
          </Button>
        )}
        {rowsFor("resume").length > 0 && (
          <Button small icon={Play} onClick={() => setOpen("resume")}>
            {t("grants.verb.resume")}
          </Button>
        )}
        {rowsFor("revoke").length > 0 && (
          <Button small look="destructive" icon={Ban} onClick={() => setOpen("revoke")}>
            {t("grants.verb.revoke")}
          </Button>
        )}
      </BulkBar>
      {open === "limits" && <LimitsManyDialog rows={rows} left={left} onClose={close} />}
      {open !== null && open !== "limits" && <MoveManyDialog how={open} rows={rows} left={left} onClose={close} />}
    </>
  );
}

interface MoveManyProps {
  how: How;
  rows: readonly Named[];
  /** How many of those ticked are in no state for it. */
  left: number;
  onClose: (isDone: boolean) => void;
}

function MoveManyDialog({ how, rows, left, onClose }: MoveManyProps) {
  const { t } = useTranslation("people");
  const [reason, setReason] = useState("");
  return (
    <BulkDialog
      destructive={how !== "resume"}
      counted={how === "revoke"}
      title={t(`grants.ask_many.${how}`, { count: rows.length })}
      verb={t(`grants.verb.${how}`)}
      rows={rows}
      act={(id) => move({ id, how, reason: reason.trim() })}
      touches={["admin"]}
      onClose={onClose}
    >
      <p>{t(`grants.says.${how}`)}</p>
      {how !== "resume" && <BulkStops name={`${how}-allocations`} rows={rows} ask={(id) => readStops(id, how)} />}
      {left > 0 && <p>{t("grants.others_left", { count: left })}</p>}
      <TextField label={t("grants.reason")} hint={t("grants.reason_hint")} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
    </BulkDialog>
  );
}
