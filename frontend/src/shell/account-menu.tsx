import { useNavigate } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { ChevronsUpDown, Keyboard, LogOut, Settings } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Menu, MenuItem, MenuLine } from "@/components/ui/menu";
import { useToast } from "@/components/ui/toast";
import { useProblemText } from "@/components/problem";
import { LANGUAGES, setLanguage, type Language } from "@/i18n";
import { useSetting } from "@/lib/settings";
import { useWrite } from "@/lib/writes";
import { signOut } from "@/session/api";
import { useMe } from "@/session/me";

/** The beginnings of a name, or its first character where the script has no spaces. */
function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => Array.from(word ?? "")[0] ?? "").join("").toUpperCase();
}

/** Somebody as a circle with the beginnings of their name. */
export function Avatar({ name }: { name: string }) {
  return (
    <span aria-hidden className="flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft text-[0.6875rem] font-semibold text-accent-ink">
      {initialsOf(name)}
    </span>
  );
}

/** Who is signed in, at the bottom of the navigation, and what they may do about it; `onKeys` shows the shortcuts. */
export function AccountMenu({ onKeys }: { onKeys: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const [theme, setTheme] = useSetting("theme");
  const leave = useSignOut();
  const navigate = useNavigate();
  return (
    <div className="border-t border-line pt-2">
      <Menu
        side="top"
        align="start"
        trigger={
          <button type="button" className="flex w-full items-center gap-2.5 rounded-button px-1.5 py-1.5 text-left hover:bg-hover">
            <Avatar name={me.display_name} />
            {/* Where there is room, the name itself stands there. */}
            <span className="sr-only lg:hidden">{t("shell.account_of", { name: me.display_name })}</span>
            <span className="hidden min-w-0 grow lg:block">
              <span className="block truncate text-dense font-medium">{me.display_name}</span>
              <span className="block text-small text-ink-3">{t(`role.${me.role}`)}</span>
            </span>
            <ChevronsUpDown aria-hidden size={15} className="hidden text-ink-3 lg:block" />
          </button>
        }
      >
        <MenuItem icon={Settings} onSelect={() => void navigate({ to: "/account/profile" })}>
          {t("place.account")}
        </MenuItem>
        <MenuItem icon={Keyboard} onSelect={onKeys}>
          {t("shortcut.title")}
        </MenuItem>
        <MenuLine />
        {(["", "light", "dark"] as const)
          .filter((each) => each !== theme)
          .map((each) => (
            <MenuItem key={each} onSelect={() => setTheme(each)}>
              {t(`theme.${each === "" ? "system" : each}`)}
            </MenuItem>
          ))}
        <OtherLanguages />
        <MenuLine />
        <MenuItem icon={LogOut} onSelect={() => leave()}>
          {t("shell.sign_out")}
        </MenuItem>
      </Menu>
    </div>
  );
}

function OtherLanguages() {
  const { i18n } = useTranslation();
  return (Object.keys(LANGUAGES) as Language[])
    .filter((each) => each !== i18n.language)
    .map((each) => (
      <MenuItem key={each} onSelect={() => void setLanguage(each)}>
        <span lang={each}>{LANGUAGES[each]}</span>
      </MenuItem>
    ));
}

/** The same for phones, within a sheet. */
export function AccountActions() {
  const { t } = useTranslation();
  const leave = useSignOut();
  return (
    <button type="button" onClick={() => leave()} className="flex min-h-11 items-center gap-3 rounded-button px-2 text-body text-ink hover:bg-hover">
      <LogOut aria-hidden size={20} strokeWidth={1.75} />
      {t("shell.sign_out")}
    </button>
  );
}

function useSignOut(): () => void {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const say = useProblemText();
  const toast = useToast();
  const write = useWrite({
    write: signOut,
    touches: [],
    onDone: () => {
      queries.clear();
      void navigate({ to: "/sign-in" });
    },
  });
  return () => write.mutate(undefined, { onError: (problem) => toast(say(problem)) });
}
