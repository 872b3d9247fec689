import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { CallsNarrowed } from "@/lib/calls-asked";
import { useFormat } from "@/lib/format";
import { formatUsd } from "@/lib/money";
import { SetChip, ToggleChip } from "../filters";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { isSpan, isUsd, msOf, readsAsId, secondsOf } from "./spans";

const OUTCOMES = ["failed", "ok"] as const;

interface NarrowProps {
  asked: CallsNarrowed;
  onAsk: (change: CallsNarrowed) => void;
}

/** How calls ended: well, badly, or with one code. */
export function OutcomeChips({ asked: { outcome }, onAsk }: NarrowProps) {
  const { t } = useTranslation("filters");
  const isCode = outcome !== undefined && !(OUTCOMES as readonly string[]).includes(outcome);
  return (
    <>
      {OUTCOMES.map((each) => (
        <ToggleChip key={each} on={outcome === each} onChange={(on) => onAsk({ outcome: on ? each : undefined })}>
          {t(`outcome.${each}`)}
        </ToggleChip>
      ))}
      {isCode && <SetChip name={t("more.outcome")} value={<code className="font-mono text-code">{outcome}</code>} onClear={() => onAsk({ outcome: undefined })} />}
    </>
  );
}

const WRITTEN = ["provider", "client", "request_id", "call_id", "cost_usd_min", "cost_usd_max", "latency_ms_min", "latency_ms_max"] as const;

/** What is seldom asked for: each that is set as a chip, and a dialog with all of them. */
export function MoreFilters({ asked, onAsk }: NarrowProps) {
  const { t } = useTranslation("filters");
  const format = useFormat();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      {WRITTEN.map((name) => (asked[name] === undefined ? null : <SetChip key={name} name={t(`more.${name}`)} value={shownAs(name, asked[name], format)} onClear={() => onAsk({ [name]: undefined })} />))}
      <ToggleChip on={false} onChange={() => setIsOpen(true)}>
        {t("more")}
      </ToggleChip>
      {isOpen && <MoreDialog asked={asked} onAsk={onAsk} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function shownAs(name: (typeof WRITTEN)[number], value: string, format: ReturnType<typeof useFormat>): string {
  if (name === "cost_usd_min" || name === "cost_usd_max") return isUsd(value) ? formatUsd(value) : value;
  if (name === "latency_ms_min" || name === "latency_ms_max") return format.duration(Number(value));
  return value;
}

const WORDS = ["outcome", "request_id", "client", "provider"] as const;

/** The filters that are written: codes, ids, and spans of cost and time. */
function MoreDialog({ asked, onAsk, onClose }: NarrowProps & { onClose: () => void }) {
  const { t } = useTranslation(["filters", "shared"]);
  const [given, setGiven] = useState({
    outcome: asked.outcome ?? "",
    request_id: asked.request_id ?? "",
    client: asked.client ?? "",
    provider: asked.provider ?? "",
    call_id: asked.call_id ?? "",
    costMin: asked.cost_usd_min ?? "",
    costMax: asked.cost_usd_max ?? "",
    tookMin: secondsOf(asked.latency_ms_min),
    tookMax: secondsOf(asked.latency_ms_max),
  });
  type Name = keyof typeof given;
  const written = (name: Name) => (given[name].trim() === "" ? undefined : given[name].trim());
  const [costMin, costMax, tookMin, tookMax] = [written("costMin"), written("costMax"), written("tookMin"), written("tookMax")];
  const usd = (text: string | undefined) => (text === undefined || isUsd(text) ? undefined : t("more.cost_wrong"));
  const seconds = (text: string | undefined) => (text === undefined || msOf(text) !== undefined ? undefined : t("more.seconds_wrong"));
  const faults: Partial<Record<Name, string | undefined>> = {
    call_id: written("call_id") === undefined || readsAsId(given.call_id) ? undefined : t("more.id_wrong"),
    costMin: usd(costMin),
    costMax: usd(costMax) ?? (isSpan(costMin, costMax) ? undefined : t("more.span_wrong")),
    tookMin: seconds(tookMin),
    tookMax: seconds(tookMax) ?? (isSpan(tookMin, tookMax) ? undefined : t("more.span_wrong")),
  };
  const field = (name: Name) => ({ value: given[name], error: faults[name], autoComplete: "off", onChange: (event: { target: { value: string } }) => setGiven({ ...given, [name]: event.target.value }) });
  return (
    <Dialog title={t("more")} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (Object.values<string | undefined>(faults).some((fault) => fault !== undefined)) return;
          onAsk({
            ...Object.fromEntries(WORDS.map((name) => [name, written(name)])),
            call_id: written("call_id"),
            cost_usd_min: costMin,
            cost_usd_max: costMax,
            latency_ms_min: msOf(tookMin),
            latency_ms_max: msOf(tookMax),
          });
          onClose();
        }}
      >
        <TextField label={t("more.outcome")} hint={t("more.outcome_hint")} {...field("outcome")} />
        <div className="grid gap-4 md:grid-cols-2">
          <TextField label={t("more.request_id")} {...field("request_id")} />
          <TextField label={t("more.call_id")} {...field("call_id")} />
          <TextField label={t("more.client")} hint={t("more.client_hint")} {...field("client")} />
          <TextField label={t("more.provider")} {...field("provider")} />
          <TextField label={t("more.cost_usd_min")} unit={t("usd")} inputMode="decimal" {...field("costMin")} />
          <TextField label={t("more.cost_usd_max")} unit={t("usd")} inputMode="decimal" {...field("costMax")} />
          <TextField label={t("more.latency_ms_min")} unit={t("more.seconds")} inputMode="decimal" {...field("tookMin")} />
          <TextField label={t("more.latency_ms_max")} unit={t("more.seconds")} inputMode="decimal" {...field("tookMax")} />
        </div>
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
