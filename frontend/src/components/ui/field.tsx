import { clsx } from "clsx";
import { CircleAlert, Eye, EyeOff } from "lucide-react";
import { useId, useState, type ComponentProps, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

const CONTROL =
  "w-full rounded-button border bg-surface px-3 text-body text-ink disabled:bg-sunken disabled:text-ink-3 [&:is(input,textarea):read-only]:bg-sunken coarse:min-h-11";

function controlClass(faulty: boolean, more?: string): string {
  return clsx(CONTROL, faulty ? "border-bad" : "border-control", more);
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** What is wrong with it; takes the hint's place. */
  error?: string | undefined;
  children: (wiring: { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined; faulty: boolean }) => ReactNode;
}

/** A control with its label above and its hint, or its error, below. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const says = error !== undefined || hint !== undefined;
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-dense font-medium text-ink">
        {label}
      </label>
      {children({
        id,
        "aria-describedby": says ? `${id}-says` : undefined,
        "aria-invalid": error !== undefined || undefined,
        faulty: error !== undefined,
      })}
      {says && (
        <p id={`${id}-says`} className={clsx("flex items-start gap-1.5 text-small", error !== undefined ? "text-bad-ink" : "text-ink-3")}>
          {error !== undefined && <CircleAlert aria-hidden size={14} className="mt-px shrink-0" />}
          <span>{error ?? hint}</span>
        </p>
      )}
    </div>
  );
}

type Labelled = Pick<FieldProps, "label" | "hint" | "error">;

/** A line of text with its label. `unit` stands inside, at the end. */
export function TextField({ label, hint, error, unit, className, ...rest }: Labelled & ComponentProps<"input"> & { unit?: string }) {
  return (
    <Field label={label} hint={hint} error={error}>
      {({ faulty, ...wiring }) => (
        <span className="relative block">
          <input {...rest} {...wiring} className={controlClass(faulty, clsx("h-[34px]", unit !== undefined && "pr-16", className))} />
          {unit !== undefined && (
            <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-dense text-ink-3">{unit}</span>
          )}
        </span>
      )}
    </Field>
  );
}

/** A password, which can be looked at. */
export function PasswordField({ label, hint, error, className, ...rest }: Labelled & ComponentProps<"input">) {
  const { t } = useTranslation();
  const [seen, setSeen] = useState(false);
  const Icon = seen ? EyeOff : Eye;
  return (
    <Field label={label} hint={hint} error={error}>
      {({ faulty, ...wiring }) => (
        <span className="relative block">
          <input {...rest} {...wiring} type={seen ? "text" : "password"} className={controlClass(faulty, clsx("h-[34px] pr-11", className))} />
          <button
            type="button"
            aria-label={seen ? t("password.hide") : t("password.show")}
            aria-pressed={seen}
            onClick={() => setSeen(!seen)}
            className="absolute inset-y-0 right-0 flex w-10 items-center justify-center text-ink-3 hover:text-ink coarse:w-11"
          >
            <Icon aria-hidden size={16} strokeWidth={1.75} />
          </button>
        </span>
      )}
    </Field>
  );
}

/** Several lines of text with their label. */
export function TextArea({ label, hint, error, className, ...rest }: Labelled & ComponentProps<"textarea">) {
  return (
    <Field label={label} hint={hint} error={error}>
      {({ faulty, ...wiring }) => <textarea rows={3} {...rest} {...wiring} className={controlClass(faulty, clsx("py-2", className))} />}
    </Field>
  );
}

/** One of a few; the system's own list, which every keyboard, phone and screen reader knows. */
export function Select({ label, hint, error, className, children, ...rest }: Labelled & ComponentProps<"select">) {
  return (
    <Field label={label} hint={hint} error={error}>
      {({ faulty, ...wiring }) => (
        <select {...rest} {...wiring} className={controlClass(faulty, clsx("h-[34px]", className))}>
          {children}
        </select>
      )}
    </Field>
  );
}

/** A box to tick, with its label beside it. `note` stands at the end of the line. */
export function Checkbox({ label, note, className, ...rest }: Omit<ComponentProps<"input">, "type"> & { label: ReactNode; note?: ReactNode }) {
  return (
    <label className={clsx("flex items-center gap-2.5 py-1 text-dense text-ink coarse:min-h-11", className)}>
      <input
        type="checkbox"
        {...rest}
        className="size-4 shrink-0 appearance-none rounded-badge border border-control bg-surface bg-center bg-no-repeat checked:border-accent checked:bg-accent checked:bg-(image:--check) indeterminate:border-accent indeterminate:bg-accent-soft disabled:opacity-50"
      />
      <span className="min-w-0 grow">{label}</span>
      {note !== undefined && <span className="tabular text-ink-3">{note}</span>}
    </label>
  );
}
