import { clsx } from "clsx";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

const CHIP = "inline-flex h-7 items-center gap-1.5 rounded-button border px-2.5 text-dense phone:rounded-full coarse:h-9";
const RESTS = "border-line-strong bg-surface text-ink-2 hover:bg-hover";
const IS_SET = "border-accent-line bg-accent-soft text-accent-ink";

/** The filters of a list, in a row that wraps. */
export function Filters({ label, children, onClear }: { label: string; children: ReactNode; onClear?: (() => void) | undefined }) {
  const { t } = useTranslation();
  return (
    <div role="group" aria-label={label} className="flex flex-wrap items-center gap-2">
      {children}
      {onClear && (
        <button type="button" onClick={onClear} className="h-7 rounded-button px-1.5 text-dense font-medium text-accent-ink hover:underline coarse:h-9">
          {t("filter.clear")}
        </button>
      )}
    </div>
  );
}

/** A filter that is on or off. */
export function ToggleChip({ on, onChange, children }: { on: boolean; onChange: (on: boolean) => void; children: ReactNode }) {
  return (
    <button type="button" aria-pressed={on} onClick={() => onChange(!on)} className={clsx(CHIP, on ? IS_SET : RESTS)}>
      {children}
    </button>
  );
}

/** A filter that was set elsewhere, such as by a press on a row: it can be taken away. */
export function SetChip({ name, value, onClear }: { name: string; value: ReactNode; onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <button type="button" onClick={onClear} aria-label={t("filter.take_away", { name })} className={clsx(CHIP, IS_SET)}>
      <span>{name}</span>
      <span className="font-semibold">{value}</span>
      <X aria-hidden size={13} />
    </button>
  );
}

interface SelectChipProps<Value extends string> {
  label: string;
  value: Value | undefined;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value | undefined) => void;
  /** The words for no choice; without them there is always one. */
  none?: string;
}

/** A filter of a few words; the system's own list. */
export function SelectChip<Value extends string>({ label, value, options, onChange, none }: SelectChipProps<Value>) {
  return (
    <select
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value === "" ? undefined : (event.target.value as Value))}
      className={clsx(CHIP, "max-w-56 pr-1", value !== undefined && none !== undefined ? IS_SET : RESTS)}
    >
      {none !== undefined && <option value="">{none}</option>}
      {options.map((each) => (
        <option key={each.value} value={each.value}>
          {each.label}
        </option>
      ))}
    </select>
  );
}
