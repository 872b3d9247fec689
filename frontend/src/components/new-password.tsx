import { Check, Circle } from "lucide-react";
import { useTranslation } from "react-i18next";

import { PasswordField } from "./ui/field";

const CHARACTERS_MIN = 12;

/** A new password, with what it has to be, told while it is typed. Whether it is easily guessed only the server knows. */
export function NewPassword({ value, onChange, error }: { value: string; onChange: (value: string) => void; error?: string | undefined }) {
  const { t } = useTranslation();
  const long = Array.from(value).length >= CHARACTERS_MIN;
  const Icon = long ? Check : Circle;
  return (
    <div className="flex flex-col gap-1.5">
      <PasswordField
        label={t("password.new")}
        name="new-password"
        autoComplete="new-password"
        required
        value={value}
        error={error}
        onChange={(event) => onChange(event.target.value)}
      />
      <p className={long ? "flex items-center gap-1.5 text-small text-ok-ink" : "flex items-center gap-1.5 text-small text-ink-3"}>
        <Icon aria-hidden size={13} />
        {t("password.long", { count: CHARACTERS_MIN })}
      </p>
      <p className="text-small text-ink-3">{t("password.hint")}</p>
    </div>
  );
}
