import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { MyCredentialShown, MyModelShown } from "@/client/schema.gen";
import { Money } from "@/components/amounts";
import { useLimitWords, type BarLimit } from "@/components/limit-bar";
import { Picker } from "@/components/picker";
import { Select, TextArea } from "@/components/ui/field";
import { useFormat } from "@/lib/format";
import { formatPrice } from "@/lib/money";
import { callableQuery } from "./api";
import { EFFORTS, type Effort, type Parameters } from "./conversation";
import { Slider } from "./slider";

const OUTPUT_TOKENS_MAX = 32_768;
const TEMPERATURE_MAX = 2;

export interface Choices {
  model: MyModelShown | null;
  onModel: (slug: string) => void;
  /** What is left of the model for the member, by its tightest limit; null where nothing limits it. */
  left: BarLimit | null;
  credentials: readonly MyCredentialShown[];
  credential: MyCredentialShown | null;
  onCredential: (id: string) => void;
}

/** Which model is asked, and who pays for it. */
export function ChoicesPart({ model, onModel, left, credentials, credential, onCredential }: Choices) {
  const { t } = useTranslation("playground");
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-1.5">
        <ModelChoice model={model} onModel={onModel} />
        {model !== null && <ModelFacts model={model} left={left} />}
      </div>
      {credentials.length === 0 ? (
        <p className="text-dense text-ink-2">
          {t("choose.no_credential")}{" "}
          <Link to="/credentials/new" className="font-medium text-accent-ink">
            {t("choose.create")}
          </Link>
        </p>
      ) : (
        <Select
          label={t("choose.bill_to")}
          hint={t("choose.bill_hint")}
          error={model !== null && credential !== null && !covers(credential, model) ? t("choose.out_of_scope") : undefined}
          value={credential?.id ?? ""}
          onChange={(event) => onCredential(event.target.value)}
        >
          {credentials.map((each) => (
            <option key={each.id} value={each.id}>
              {each.all_allocations ? t("choose.all", { name: each.name }) : t("choose.some", { name: each.name, count: each.allocation_ids?.length ?? 0 })}
            </option>
          ))}
        </Select>
      )}
    </div>
  );
}

/** The model that is asked. It stays while another one is looked for, and where none is taken. */
function ModelChoice({ model, onModel }: Pick<Choices, "model" | "onModel">) {
  const { t } = useTranslation("playground");
  const [isPicking, setIsPicking] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isPicking) place.current?.querySelector("input")?.focus();
  }, [isPicking]);
  return (
    <div
      ref={place}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setIsPicking(false);
      }}
    >
      <Picker
        label={t("choose.model")}
        value={model === null || isPicking ? null : { id: model.id, name: model.slug }}
        onPick={(choice) => {
          setIsPicking(choice === null);
          if (choice !== null) onModel(choice.name);
        }}
        query={callableQuery}
        choiceOf={(found) => ({ id: found.id, name: found.slug, says: found.display_name })}
      />
    </div>
  );
}

/** Whether a credential may call a model. One for all allocations claims what it first calls. */
export function covers(credential: Pick<MyCredentialShown, "all_allocations" | "allocation_ids">, model: Pick<MyModelShown, "allocation">): boolean {
  return credential.all_allocations || (model.allocation !== null && (credential.allocation_ids?.includes(model.allocation.id) ?? false));
}

function ModelFacts({ model, left }: { model: MyModelShown; left: BarLimit | null }) {
  const { t } = useTranslation("playground");
  const words = useLimitWords();
  const says = left !== null ? words.left(left) : model.allocation === null ? t("choose.claims") : t("choose.no_limit");
  const [input, output] = [model.prices?.prices["input_usd"], model.prices?.prices["output_usd"]];
  return (
    <p className="tabular flex flex-wrap justify-between gap-x-3 gap-y-1 text-small text-ink-3">
      <span>{says}</span>
      {model.prices === null ? (
        <Money usd={null} />
      ) : typeof input === "string" && typeof output === "string" ? (
        <span title={t("choose.per_million")}>{t("choose.price", { input: formatPrice(input), output: formatPrice(output) })}</span>
      ) : typeof input === "string" ? (
        <span title={t("choose.per_million")}>{t("choose.price_input", { input: formatPrice(input) })}</span>
      ) : null}
    </p>
  );
}

/** What is sent beside the messages: of what the model has, and left to it until somebody changes it. */
export function ParametersPart({ model, parameters, onChange }: { model: MyModelShown; parameters: Parameters; onChange: (parameters: Parameters) => void }) {
  const { t } = useTranslation("playground");
  const format = useFormat();
  const longest = model.output_tokens_max ?? OUTPUT_TOKENS_MAX;
  const set = (change: Partial<Parameters>) => onChange({ ...parameters, ...change });
  return (
    <div className="flex flex-col gap-4">
      {model.capabilities["system_messages"] !== false && (
        <TextArea label={t("parameter.system")} rows={4} value={parameters.system} onChange={(event) => set({ system: event.target.value })} />
      )}
      <Slider
        label={t("parameter.temperature")}
        value={parameters.temperature}
        min={0}
        max={TEMPERATURE_MAX}
        step={0.1}
        rest={1}
        say={(value) => value.toFixed(1)}
        onChange={(temperature) => set({ temperature })}
      />
      <Slider
        label={t("parameter.output_max")}
        value={parameters.outputTokensMax === null ? null : Math.min(parameters.outputTokensMax, longest)}
        min={1}
        max={longest}
        step={1}
        rest={longest}
        say={(value) => format.count(value)}
        onChange={(outputTokensMax) => set({ outputTokensMax })}
      />
      {model.capabilities["reasoning"] === true && (
        <Select label={t("parameter.effort")} value={parameters.effort ?? ""} onChange={(event) => set({ effort: EFFORTS.find((each) => each === event.target.value) ?? null })}>
          <option value="">{t("parameter.models_own")}</option>
          {EFFORTS.map((each: Effort) => (
            <option key={each} value={each}>
              {t(`effort.${each}`)}
            </option>
          ))}
        </Select>
      )}
    </div>
  );
}

/** Parameters that are sent to a model: those that it has. */
export function parametersOf(model: MyModelShown, parameters: Parameters): Parameters {
  return {
    system: model.capabilities["system_messages"] === false ? "" : parameters.system,
    temperature: parameters.temperature,
    outputTokensMax: parameters.outputTokensMax === null ? null : Math.min(parameters.outputTokensMax, model.output_tokens_max ?? OUTPUT_TOKENS_MAX),
    effort: model.capabilities["reasoning"] === true ? parameters.effort : null,
  };
}
