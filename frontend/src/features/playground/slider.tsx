import { clsx } from "clsx";
import { RotateCcw } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "@/components/ui/button";

interface SliderProps {
  label: string;
  /** null: it is left to the model. */
  value: number | null;
  min: number;
  max: number;
  step: number;
  /** Where the handle stands while it is left to the model. */
  rest: number;
  say: (value: number) => string;
  onChange: (value: number | null) => void;
}

/** A number that is left to the model until somebody moves it. */
export function Slider({ label, value, min, max, step, rest, say, onChange }: SliderProps) {
  const { t } = useTranslation("playground");
  const id = useId();
  const says = value === null ? t("parameter.models_own") : say(value);
  return (
    <div className="flex flex-col gap-1">
      <div className="flex min-h-7 items-center justify-between gap-2 text-dense">
        <label htmlFor={id} className="font-medium text-ink">
          {label}
        </label>
        <span className="tabular flex items-center gap-1 text-ink-2">
          {says}
          {value !== null && <IconButton icon={RotateCcw} label={t("parameter.reset", { parameter: label })} onClick={() => onChange(null)} />}
        </span>
      </div>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value ?? rest}
        aria-valuetext={says}
        onChange={(event) => onChange(event.target.valueAsNumber)}
        className={clsx("range", value === null && "range-rest")}
      />
    </div>
  );
}
