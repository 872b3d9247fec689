import { clsx } from "clsx";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

const CHIP = "inline-flex h-7 items-center gap-1.5 rounded-button border px-2.5 text-dense phone:rounded-full coarse:h-9";
const RESTS = "border-line-strong bg-surface text-ink-2 hover:bg-hover";
const IS_SET = "border-accent-line bg-accent-soft text-accent-ink";

/** What a list is narrowed by, in a row that wraps; `onClear` where anything is set. */
export function Filters({ children, onClear }: { children: ReactNode; onClear?: (() => void) | undefined }) {
  const { t } = useTranslation();
  return (
    <div role="group" aria-label={t("list.filters")} className="flex flex-wrap items-center gap-2">
      {children}
      {onClear && (
        <button type="button" onClick={onClear} className="h-7 rounded-button px-1.5 text-dense font-medium text-accent-ink hover:underline coarse:h-9">
          {t("list.clear")}
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
    <button type="button" onClick={onClear} title={t("filter.take_away", { name })} className={clsx(CHIP, IS_SET)}>
      <span>{name}</span>
      <span className="font-semibold">{value}</span>
      <X aria-hidden size={13} />
      <span className="sr-only">{t("filter.take_away", { name })}</span>
    </button>
  );
}

interface SelectChipProps<Value extends string> {
  label: string;
  value: Value | undefined;
  /** Those of a group stand together, under its name. */
  options: readonly { value: Value; label: string; group?: string }[];
  onChange: (value: Value | undefined) => void;
  /** The words for no choice; without them there is always one. */
  none?: string;
}

/** A choice of a few words; the system's own list. */
export function SelectChip<Value extends string>({ label, value, options, onChange, none }: SelectChipProps<Value>) {
  return (
    <select
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => onChange(options.find((each) => each.value === event.target.value)?.value)}
      className={clsx(CHIP, "max-w-56 pr-1", value !== undefined && none !== undefined ? IS_SET : RESTS)}
    >
      {none !== undefined && <option value="">{none}</option>}
      {[...new Set(options.map((each) => each.group))].map((group) => {
        const words = options
          .filter((each) => each.group === group)
          .map((each) => (
            <option key={each.value} value={each.value}>
              {each.label}
            </option>
          ));
        return group === undefined ? (
          words
        ) : (
          <optgroup key={group} label={group}>
            {words}
          </optgroup>
        );
      })}
    </select>
  );
}

/** A filter of a few words, which without a choice says what it is of. */
export function FilterChip<Value extends string>(props: Omit<SelectChipProps<Value>, "none">) {
  const { t } = useTranslation();
  return <SelectChip {...props} none={t("list.all_of", { what: props.label })} />;
}
