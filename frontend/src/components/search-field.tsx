import { clsx } from "clsx";
import { Search } from "lucide-react";
import { useEffect, useState } from "react";

const TYPED_AFTER_MS = 200;

interface SearchFieldProps {
  label: string;
  /** What is searched for now. */
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  /** As wide as what it stands in. */
  wide?: boolean;
}

/** A field that searches by itself a moment after the last letter; emptied elsewhere, it is empty. */
export function SearchField({ label, value, onChange, wide = false }: SearchFieldProps) {
  const [typed, setTyped] = useState(value ?? "");
  const [sent, setSent] = useState(value);
  const [seen, setSeen] = useState(value);
  if (value !== seen) {
    setSeen(value);
    // Not what this field asked for, which comes back after the next letter was typed.
    if (value !== sent) {
      setSent(value);
      setTyped(value ?? "");
    }
  }
  useEffect(() => {
    const wanted = typed.trim() === "" ? undefined : typed.trim();
    if (wanted === sent) return;
    const timer = setTimeout(() => {
      setSent(wanted);
      onChange(wanted);
    }, TYPED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed, sent, onChange]);
  return (
    <label className={clsx("relative block phone:w-full", wide ? "w-full" : "md:w-[260px]")}>
      <span className="sr-only">{label}</span>
      <Search aria-hidden size={15} strokeWidth={1.75} className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-3" />
      <input
        type="search"
        value={typed}
        placeholder={label}
        onChange={(event) => setTyped(event.target.value)}
        className="h-[34px] w-full rounded-button border border-control bg-surface pr-3 pl-9 text-dense coarse:h-11"
      />
    </label>
  );
}
