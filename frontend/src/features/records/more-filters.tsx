import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import type { CallsAsked } from "./api";
import { isSpan, isUsd, msOf, readsAsId, secondsOf } from "./spans";

const WORDS = ["outcome", "request_id", "client", "provider"] as const;

interface MoreProps {
  asked: CallsAsked;
  onAsk: (change: Partial<CallsAsked>) => void;
  onClose: () => void;
}

/** The filters that are written: codes, ids, and spans of cost and time. */
export function MoreFilters({ asked, onAsk, onClose }: MoreProps) {
  const { t } = useTranslation(["records", "shared"]);
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
