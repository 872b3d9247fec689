import { useState } from "react";
import { useTranslation } from "react-i18next";

import { CALL_RANGES, rangeOf, type CallRange, type CallsPeriod } from "@/lib/calls-asked";
import { momentAt, wallTimeIn } from "@/lib/days";
import { useFormat } from "@/lib/format";
import { SelectChip } from "../filters";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";

interface PeriodProps {
  asked: CallsPeriod;
  /** The range of an address that names none. */
  usual: CallRange;
  onAsk: (change: CallsPeriod) => void;
}

/** The period of a list of calls: so long up to now, or from one moment to another in the reader's zone. */
export function PeriodChip({ asked, usual, onAsk }: PeriodProps) {
  const { t } = useTranslation("filters");
  const format = useFormat();
  const [isChoosing, setIsChoosing] = useState(false);
  const range = rangeOf(asked, usual);
  const shown = (moment: string | undefined) => (moment === undefined ? "–" : format.moment(moment));
  const named = CALL_RANGES.filter((each) => each !== usual && (each !== "custom" || range === "custom"));
  return (
    <>
      <SelectChip<CallRange | "choose">
        label={t("range")}
        value={range === usual ? undefined : range}
        none={t(`range.${usual}`, { since: "", until: "" })}
        options={[
          ...named.map((value) => ({ value, label: t(`range.${value}`, { since: shown(asked.since), until: shown(asked.until) }) })),
          { value: "choose", label: t("range.choose") },
        ]}
        onChange={(picked) => {
          if (picked === "choose") setIsChoosing(true);
          else if (picked !== "custom") onAsk({ range: picked, since: undefined, until: undefined });
        }}
      />
      {isChoosing && <ChoosePeriod asked={asked} usual={usual} onAsk={onAsk} onClose={() => setIsChoosing(false)} />}
    </>
  );
}

function ChoosePeriod({ asked, usual, onAsk, onClose }: PeriodProps & { onClose: () => void }) {
  const { t } = useTranslation(["filters", "shared"]);
  const { zone } = useFormat();
  const [since, setSince] = useState(() => wallTime(asked.since, zone));
  const [until, setUntil] = useState(() => wallTime(asked.until, zone));
  const period = { since: momentOf(since, zone), until: momentOf(until, zone) };
  const isWrong = period.since !== undefined && period.until !== undefined && period.until <= period.since;
  const isOpen = period.since === undefined && period.until === undefined;
  return (
    <Dialog title={t("range")} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (isWrong) return;
          // With an end of its own it is custom, and the address need not say so.
          onAsk({ range: isOpen && usual !== "all" ? "all" : undefined, ...period });
          onClose();
        }}
      >
        <TextField type="datetime-local" label={t("range.since")} value={since} onChange={(event) => setSince(event.target.value)} />
        <TextField
          type="datetime-local"
          label={t("range.until")}
          hint={t("range.zone", { zone })}
          error={isWrong ? t("range.wrong") : undefined}
          value={until}
          onChange={(event) => setUntil(event.target.value)}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button type="submit" look="primary">
            {t("more.show")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

// An address may hold anything, which is no reason to fall.
function wallTime(moment: string | undefined, zone: string): string {
  return moment === undefined || Number.isNaN(Date.parse(moment)) ? "" : wallTimeIn(new Date(moment), zone);
}

function momentOf(wallTime: string, zone: string): string | undefined {
  return wallTime === "" ? undefined : momentAt(wallTime.slice(0, 16), zone).toISOString();
}
