import { useQuery, type QueryKey, type UseQueryOptions } from "@tanstack/react-query";
import { clsx } from "clsx";
import { X } from "lucide-react";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "./ui/field";

const WAITS_MS = 150;

/** Something to pick: its name, and what tells it from others of that name. */
export interface Choice {
  id: string;
  name: string;
  says?: string;
}

interface PickerProps<Found, Key extends QueryKey> {
  label: string;
  hint?: string;
  error?: string | undefined;
  /** What is picked now. */
  value: Choice | null;
  onPick: (choice: Choice | null) => void;
  /** The question for what is typed; what it finds is shown in its order. */
  query: (q: string) => UseQueryOptions<Found[], Error, Found[], Key>;
  choiceOf: (found: Found) => Choice;
}

/** One of many, found by typing: the server searches, arrow keys choose, Enter takes. */
export function Picker<Found, Key extends QueryKey>({ label, hint, error, value, onPick, query, choiceOf }: PickerProps<Found, Key>) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const q = useLater(typed.trim());
  const found = useQuery({ ...query(q), enabled: open });
  const choices = (found.data ?? []).map(choiceOf);
  const field = useRef<HTMLInputElement>(null);
  const other = useRef<HTMLButtonElement>(null);
  // The field and what was picked take each other's place: the keyboard stays where they are.
  const isHere = useRef(false);
  const isPicked = value !== null;
  useEffect(() => {
    if (!isHere.current) return;
    isHere.current = false;
    (isPicked ? other : field).current?.focus();
  }, [isPicked]);
  useEffect(() => {
    if (open) document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [id, at, open]);

  function take(choice: Choice | undefined) {
    if (choice === undefined) return;
    isHere.current = true;
    onPick(choice);
    setTyped("");
    setOpen(false);
  }

  function pressed(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt((now) => Math.min(choices.length - 1, now + 1));
    else if (event.key === "ArrowUp") setAt((now) => Math.max(0, now - 1));
    else if (event.key === "Enter" && open) take(choices[at]);
    else if (event.key === "Escape" && open) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  if (value !== null) {
    return (
      <div className="flex flex-col gap-1.5">
        <span className="text-dense font-medium text-ink">{label}</span>
        <span className="flex min-h-[34px] items-center justify-between gap-2 rounded-button border border-control bg-surface pr-1 pl-3 text-body text-ink coarse:min-h-11">
          <span className="min-w-0 truncate">{value.name}</span>
          <button
            ref={other}
            type="button"
            aria-label={t("picker.other", { name: value.name })}
            title={t("picker.other", { name: value.name })}
            onClick={() => {
              isHere.current = true;
              onPick(null);
            }}
            className="flex size-7 shrink-0 items-center justify-center rounded-button text-ink-3 hover:bg-hover hover:text-ink coarse:size-11"
          >
            <X aria-hidden size={15} strokeWidth={1.75} />
          </button>
        </span>
        {error !== undefined && <p className="text-small text-bad-ink">{error}</p>}
      </div>
    );
  }
  return (
    <div className="relative">
      <Field label={label} hint={hint} error={error}>
        {({ faulty, ...wiring }) => (
          <input
            {...wiring}
            ref={field}
            role="combobox"
            aria-expanded={open}
            aria-controls={`${id}-found`}
            aria-activedescendant={open && choices[at] ? `${id}-${at}` : undefined}
            autoComplete="off"
            placeholder={t("picker.type")}
            value={typed}
            onFocus={() => setOpen(true)}
            onBlur={() => setOpen(false)}
            onKeyDown={pressed}
            onChange={(event) => {
              setTyped(event.target.value);
              setOpen(true);
              setAt(0);
            }}
            className={clsx("h-[34px] w-full rounded-button border bg-surface px-3 text-body text-ink coarse:min-h-11", faulty ? "border-bad" : "border-control")}
          />
        )}
      </Field>
      {open && (
        <ul id={`${id}-found`} role="listbox" aria-label={label} className="mt-1 max-h-56 overflow-y-auto rounded-card border border-line-strong bg-raised p-1 shadow-menu">
          {choices.map((choice, index) => (
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- Enter in the field does the same
            <li
              key={choice.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              // Before the field loses its focus, which would close the list.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(choice)}
              onPointerMove={() => setAt(index)}
              className={clsx("flex min-h-8 cursor-pointer items-center gap-3 rounded-button px-2.5 text-dense text-ink coarse:min-h-11", index === at && "bg-hover")}
            >
              <span className="truncate">{choice.name}</span>
              {choice.says !== undefined && <span className="ml-auto truncate pl-3 text-ink-3">{choice.says}</span>}
            </li>
          ))}
          {choices.length === 0 && <li className="px-2.5 py-2 text-dense text-ink-3">{found.isPending ? t("picker.searching") : t("picker.nothing")}</li>}
        </ul>
      )}
    </div>
  );
}

function useLater(value: string): string {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), WAITS_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return later;
}
