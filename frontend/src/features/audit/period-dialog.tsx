import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { useFormat } from "@/lib/format";
import type { AuditAsked } from "./api";
import { daysOf, periodOf } from "./period";

type Period = Pick<AuditAsked, "since" | "until">;

/** Narrows the trail to whole days in the reader's zone. */
export function PeriodDialog({ asked, onAsk, onClose }: { asked: Period; onAsk: (period: Period) => void; onClose: () => void }) {
  const { t } = useTranslation(["audit", "shared"]);
  const { zone } = useFormat();
  const [days, setDays] = useState(() => daysOf(asked, zone));
  const isWrong = days.first !== "" && days.last !== "" && days.last < days.first;
  return (
    <Dialog title={t("period")} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (isWrong) return;
          onAsk(periodOf(days, zone));
          onClose();
        }}
      >
        <div className="grid gap-4 md:grid-cols-2">
          <TextField type="date" label={t("set.since")} value={days.first} onChange={(event) => setDays({ ...days, first: event.target.value })} />
          <TextField
            type="date"
            label={t("last_day")}
            hint={t("period_zone", { zone })}
            error={isWrong ? t("period_wrong") : undefined}
            value={days.last}
            onChange={(event) => setDays({ ...days, last: event.target.value })}
          />
        </div>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button type="submit" look="primary">
            {t("show")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
