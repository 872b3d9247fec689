import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import type { PriceShown } from "@/client/schema.gen";
import { usePriceWords } from "@/components/price-words";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Select, TextField } from "@/components/ui/field";
import { amountOf, PRICE_KINDS, type PriceKind } from "@/lib/prices";
import { useWrite } from "@/lib/writes";
import { publishPrice } from "./api";

const FIRST: readonly PriceKind[] = ["input", "cached_read", "cache_write", "output", "reasoning"];
const AMOUNT = /^\d{1,9}(\.\d{1,9})?$/;

/** A new price version, from now or a later moment on, beginning with the amounts of `from`. There is no other way to change a price. */
export function PriceForm({ modelId, from, onClose }: { modelId: string; from: PriceShown | undefined; onClose: () => void }) {
  const { t } = useTranslation(["catalog", "shared"]);
  const say = usePriceWords();
  const [amounts, setAmounts] = useState<Partial<Record<PriceKind, string>>>(() =>
    Object.fromEntries(PRICE_KINDS.map((kind) => [kind, amountOf(from?.prices, kind) ?? ""])),
  );
  const [when, setWhen] = useState<"now" | "later">("now");
  const [moment, setMoment] = useState("");
  const [tried, setTried] = useState(false);
  const write = useWrite({ write: publishPrice, touches: ["admin", "models"], onDone: onClose });
  const refused = fieldErrors(write.problem);
  const given = PRICE_KINDS.map((kind) => [kind, (amounts[kind] ?? "").trim()] as const).filter(([, amount]) => amount !== "");
  const wrong = new Set(given.filter(([, amount]) => !AMOUNT.test(amount)).map(([kind]) => kind));
  const kept = Object.fromEntries(["tiers", "service_tiers"].filter((name) => from !== undefined && name in from.prices).map((name) => [name, from?.prices[name]]));
  function submit(event: SubmitEvent) {
    event.preventDefault();
    setTried(true);
    if (wrong.size > 0 || given.length === 0 || (when === "later" && moment === "")) return;
    write.mutate({
      model_id: modelId,
      in_force_from: when === "now" ? null : `${moment}:00Z`,
      prices: { ...Object.fromEntries(given.map(([kind, amount]) => [`${kind}_usd`, amount])), ...kept },
    });
  }
  const field = (kind: PriceKind) => (
    <TextField
      key={kind}
      label={say(kind)}
      inputMode="decimal"
      unit={t("usd")}
      value={amounts[kind] ?? ""}
      error={wrong.has(kind) ? t("amount_wrong") : refused[`prices.${kind}_usd`]}
      onChange={(event) => setAmounts({ ...amounts, [kind]: event.target.value })}
    />
  );
  const rest = PRICE_KINDS.filter((kind) => !FIRST.includes(kind));
  return (
    <Dialog wide title={t("price.new")} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        <p className="text-dense">{t("price.form_says")}</p>
        <div className="grid gap-4 md:grid-cols-2">{FIRST.map(field)}</div>
        <details open={rest.some((kind) => (amounts[kind] ?? "") !== "")}>
          <summary className="text-dense font-medium">{t("price.more")}</summary>
          <div className="grid gap-4 pt-3 md:grid-cols-2">{rest.map(field)}</div>
        </details>
        {Object.keys(kept).length > 0 && <p className="text-dense">{t("price.tiers_kept")}</p>}
        <div className="grid gap-4 md:grid-cols-2">
          <Select label={t("price.when")} value={when} onChange={(event) => setWhen(event.target.value === "later" ? "later" : "now")}>
            <option value="now">{t("price.when_now")}</option>
            <option value="later">{t("price.when_later")}</option>
          </Select>
          {when === "later" && (
            <TextField
              type="datetime-local"
              label={t("price.moment")}
              required
              value={moment}
              error={tried && moment === "" ? t("price.moment_missing") : refused["in_force_from"]}
              onChange={(event) => setMoment(event.target.value)}
            />
          )}
        </div>
        {tried && given.length === 0 && <p className="text-dense text-bad-ink">{t("price.none_given")}</p>}
        <ProblemNote problem={write.problem} fields={["in_force_from"]} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button type="submit" look="primary" busy={write.isPending}>
            {t("price.publish")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
