import type { ReactNode } from "react";

import { PasswordField, TextArea } from "@/components/ui/field";

// Google's keys are files of JSON, which no line of text takes.
const IS_FILE = new Set(["vertex"]);

interface SecretFieldProps {
  provider: string;
  label: string;
  hint: ReactNode;
  /** What to say instead where the secret is a file. */
  hintOfFile: ReactNode;
  error: string | undefined;
  required: boolean;
}

/** A provider's secret, as a line or as a file; `secret` of its form. */
export function SecretField({ provider, hint, hintOfFile, required, ...rest }: SecretFieldProps) {
  if (IS_FILE.has(provider)) return <TextArea {...rest} name="secret" hint={hintOfFile} required={required} spellCheck={false} autoComplete="off" className="font-mono text-code" />;
  return <PasswordField {...rest} name="secret" hint={hint} required={required} autoComplete="off" />;
}

/** The secret that was given in a form; null for none. */
export function secretIn(form: HTMLFormElement): string | null {
  const given = new FormData(form).get("secret");
  return typeof given === "string" && given.trim() !== "" ? given.trim() : null;
}
