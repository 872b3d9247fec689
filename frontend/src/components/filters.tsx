import { Search } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

const TYPED_AFTER_MS = 200;

/** The filters of a list, in a row that wraps. */
export function Filters({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div role="group" aria-label={t("list.filters")} className="flex flex-wrap items-center gap-2">
      {children}
    </div>
  );
}

interface FilterProps<Value extends string> {
  label: string;
  value: Value | undefined;
  choices: readonly { value: Value; word: string }[];
  onChange: (value: Value | undefined) => void;
}

/** One filter of a few words; the first choice is all. */
export function Filter<Value extends string>({ label, value, choices, onChange }: FilterProps<Value>) {
  const { t } = useTranslation();
  return (
    <label className="phone:grow">
      <span className="sr-only">{label}</span>
      <select
        value={value ?? ""}
        data-set={value !== undefined}
        onChange={(event) => onChange(choices.find((choice) => choice.value === event.target.value)?.value)}
        className="h-[30px] rounded-button border border-control bg-surface px-2 text-dense text-ink-2 hover:bg-hover data-[set=true]:border-accent-line data-[set=true]:bg-accent-soft data-[set=true]:text-accent-ink phone:w-full coarse:h-11"
      >
        <option value="">{t("list.all_of", { what: label })}</option>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.word}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Searches a list by what is typed, a moment after. */
export function SearchField({ label, value, onChange }: { label: string; value: string | undefined; onChange: (value: string | undefined) => void }) {
  const [typed, setTyped] = useState(value ?? "");
  useEffect(() => {
    const wanted = typed.trim() === "" ? undefined : typed.trim();
    if (wanted === value) return;
    const timer = setTimeout(() => onChange(wanted), TYPED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <label className="relative block phone:w-full">
      <span className="sr-only">{label}</span>
      <Search aria-hidden size={15} strokeWidth={1.75} className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-3" />
      <input
        type="search"
        value={typed}
        placeholder={label}
        onChange={(event) => setTyped(event.target.value)}
        className="h-[34px] w-full rounded-button border border-control bg-surface pr-3 pl-9 text-dense md:w-[270px] coarse:h-11"
      />
    </label>
  );
}
