import { Search } from "lucide-react";
import { useEffect, useState } from "react";

const TYPED_AFTER_MS = 200;

/** A field that searches by itself a moment after the last letter. */
export function SearchField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => onChange(typed.trim()), TYPED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <label className="relative block grow phone:w-full">
      <span className="sr-only">{label}</span>
      <Search aria-hidden size={15} strokeWidth={1.75} className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-3" />
      <input
        type="search"
        value={typed}
        placeholder={label}
        onChange={(event) => setTyped(event.target.value)}
        className="h-[34px] w-full rounded-button border border-control bg-surface pr-3 pl-9 text-dense md:w-[250px] coarse:h-11"
      />
    </label>
  );
}
