import { clsx } from "clsx";
import { Loader2, type LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";

export type ButtonLook = "primary" | "default" | "quiet" | "destructive" | "solid-destructive";

const LOOKS: Record<ButtonLook, string> = {
  primary: "border-transparent bg-accent text-on-accent hover:bg-accent-hover",
  default: "border-line-strong bg-surface text-ink hover:bg-hover",
  quiet: "border-transparent text-ink-2 hover:bg-hover hover:text-ink",
  destructive: "border-line-strong bg-surface text-bad-ink hover:bg-bad-soft",
  "solid-destructive": "border-transparent bg-bad text-on-accent hover:bg-bad-hover",
};

/** The classes of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = "default", small = false): string {
  return clsx(
    "relative inline-flex shrink-0 items-center justify-center gap-2 rounded-button border font-medium whitespace-nowrap",
    "transition-colors duration-[120ms] aria-disabled:opacity-50 disabled:opacity-50",
    small ? "h-7 px-2.5 text-dense coarse:h-9" : "h-[34px] px-3.5 text-body coarse:h-11",
    // A small button is pressed within 44 px by a finger, whatever it looks like.
    small && "coarse:after:absolute coarse:after:-inset-1",
    LOOKS[look],
  );
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  small?: boolean;
  icon?: LucideIcon;
  /** While true it keeps its width and label, shows that it is at work, and takes no second press. */
  busy?: boolean;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

/** A button whose label is a verb. At most one of a view is `primary`. */
export function Button({ look = "default", small = false, icon: Icon, busy = false, children, className, onClick, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-busy={busy || undefined}
      className={clsx(buttonClass(look, small), className)}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy ? <Loader2 aria-hidden size={16} className="animate-spin" /> : Icon && <Icon aria-hidden size={16} strokeWidth={1.75} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> {
  icon: LucideIcon;
  /** What it does, in words: there are no others. */
  label: string;
  ref?: Ref<HTMLButtonElement>;
}

/** A button without visible words. */
export function IconButton({ icon: Icon, label, className, type = "button", ...rest }: IconButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-label={label}
      title={label}
      className={clsx(
        "inline-flex size-7 shrink-0 items-center justify-center rounded-button text-ink-2 hover:bg-hover hover:text-ink coarse:size-11",
        className,
      )}
    >
      <Icon aria-hidden size={16} strokeWidth={1.75} />
    </button>
  );
}
