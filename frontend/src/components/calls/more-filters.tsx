import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { CallsNarrowed } from "@/lib/calls-asked";
import { SetChip, ToggleChip } from "../filters";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";

const OUTCOMES = ["failed", "ok"] as const;
const AMOUNT = /^\d{1,9}(\.\d{1,9})?$/;
const MILLISECONDS = /^\d{1,9}$/;

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

/** What is seldom asked for: each that is set as a chip, and a dialog with all of them. */
export function MoreFilters({ asked, onAsk }: NarrowProps) {
  const { t } = useTranslation("filters");
  const [isOpen, setIsOpen] = useState(false);
  const shown = {
    provider: asked.provider,
    client: asked.client,
    request_id: asked.request_id,
    cost_usd_min: asked.cost_usd_min && `$${asked.cost_usd_min}`,
    latency_ms_min: asked.latency_ms_min && `${asked.latency_ms_min} ${t("milliseconds")}`,
  };
  return (
    <>
      {(["provider", "client", "request_id", "cost_usd_min", "latency_ms_min"] as const).map((name) =>
        asked[name] === undefined ? null : <SetChip key={name} name={t(`more.${name}`)} value={shown[name]} onClear={() => onAsk({ [name]: undefined })} />,
      )}
      <ToggleChip on={false} onChange={() => setIsOpen(true)}>
        {t("more")}
      </ToggleChip>
      {isOpen && <MoreDialog asked={asked} onAsk={onAsk} onClose={() => setIsOpen(false)} />}
    </>
  );
}

const ASKED = ["outcome", "request_id", "client", "provider", "cost_usd_min", "latency_ms_min"] as const;
type Typed = Record<(typeof ASKED)[number], string>;

function MoreDialog({ asked, onAsk, onClose }: NarrowProps & { onClose: () => void }) {
  const { t } = useTranslation(["filters", "shared"]);
  const [typed, setTyped] = useState<Typed>(() => each((name) => asked[name] ?? ""));
  const given = each((name) => typed[name].trim());
  const faults = {
    cost_usd_min: given.cost_usd_min === "" || AMOUNT.test(given.cost_usd_min) ? undefined : t("more.cost_wrong"),
    latency_ms_min: given.latency_ms_min === "" || MILLISECONDS.test(given.latency_ms_min) ? undefined : t("more.latency_wrong"),
  };
  const wire = (name: keyof Typed) => ({
    label: t(`more.${name}`),
    value: typed[name],
    maxLength: 200,
    autoComplete: "off",
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => setTyped({ ...typed, [name]: event.target.value }),
  });
  return (
    <Dialog title={t("more")} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (faults.cost_usd_min !== undefined || faults.latency_ms_min !== undefined) return;
          onAsk(each((name) => (given[name] === "" ? undefined : given[name])));
          onClose();
        }}
      >
        <TextField {...wire("outcome")} hint={t("more.outcome_hint")} />
        <TextField {...wire("request_id")} />
        <TextField {...wire("client")} hint={t("more.client_hint")} />
        <TextField {...wire("provider")} />
        <TextField {...wire("cost_usd_min")} unit={t("usd")} inputMode="decimal" error={faults.cost_usd_min} />
        <TextField {...wire("latency_ms_min")} unit={t("milliseconds")} inputMode="numeric" error={faults.latency_ms_min} />
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

function each<Value>(of: (name: (typeof ASKED)[number]) => Value): Record<(typeof ASKED)[number], Value> {
  return Object.fromEntries(ASKED.map((name) => [name, of(name)])) as Record<(typeof ASKED)[number], Value>;
}
