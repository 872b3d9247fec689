import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Box, KeyRound, MessageSquare, Moon, Plus, Search, User, type LucideIcon } from "lucide-react";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { useSetting } from "@/lib/settings";
import { administrates, useMe } from "@/session/me";
import { searchQuery } from "./api";
import { ACCOUNT, ADMINISTRATION, PERSONAL } from "./places";

const WAITS_MS = 150;

interface Item {
  id: string;
  name: string;
  says?: string;
  icon: LucideIcon;
  act: () => void;
}

/** One field that finds pages, models and credentials, and begins what is done often. Everything in it is reachable without it. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const items = useItems(typed, onClose);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);

  function pressed(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt((now) => Math.min(items.length - 1, now + 1));
    else if (event.key === "ArrowUp") setAt((now) => Math.max(0, now - 1));
    else if (event.key === "Enter") items[at]?.act();
    else return;
    event.preventDefault();
  }

  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- Esc closes it too
    <dialog
      ref={dialog}
      aria-label={t("palette.open")}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
      className="mx-auto mt-[12dvh] w-[calc(100%-2rem)] max-w-[560px] rounded-dialog border border-line bg-raised p-0 shadow-dialog rise"
    >
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search aria-hidden size={16} className="text-ink-3" />
        <input
          role="combobox"
          aria-expanded
          aria-controls={`${id}-found`}
          aria-activedescendant={items[at] ? `${id}-${at}` : undefined}
          aria-label={t("palette.open")}
          placeholder={t("palette.open")}
          value={typed}
          onKeyDown={pressed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          className="h-12 grow bg-transparent text-body outline-none"
        />
      </div>
      <ul id={`${id}-found`} role="listbox" aria-label={t("palette.found")} className="max-h-[50dvh] overflow-y-auto p-1.5">
        {items.map((item, index) => {
          const Icon = item.icon;
          return (
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- Enter in the field does the same
            <li
              key={item.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              onClick={item.act}
              onPointerMove={() => setAt(index)}
              className={clsx("flex min-h-9 cursor-pointer items-center gap-3 rounded-button px-2.5 text-dense coarse:min-h-11", index === at && "bg-hover")}
            >
              <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-ink-3" />
              <span className="truncate">{item.name}</span>
              {item.says !== undefined && <span className="ml-auto truncate pl-4 text-ink-3">{item.says}</span>}
            </li>
          );
        })}
      </ul>
      {items.length === 0 && <p className="px-4 pb-4 text-dense text-ink-3">{t("palette.nothing")}</p>}
    </dialog>
  );
}

function useItems(typed: string, onClose: () => void): Item[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const isAdministrator = administrates(useMe());
  const [theme, setTheme] = useSetting("theme");
  const q = useLater(typed.trim());
  const found = useQuery(searchQuery(q)).data;
  const go = (to: () => Promise<void>) => () => {
    onClose();
    void to();
  };
  const dark = theme === "dark" || (theme === "" && matchMedia("(prefers-color-scheme: dark)").matches);
  const theirs = isAdministrator ? ADMINISTRATION.flatMap((group) => group.places) : [];
  const places: Item[] = [...PERSONAL, ACCOUNT, ...theirs].map((place) => ({
    id: place.to,
    name: t(place.name),
    ...(theirs.includes(place) && { says: t("place.administration") }),
    icon: place.icon,
    act: go(() => navigate({ to: place.to })),
  }));
  const actions: Item[] = [
    { id: "new-credential", name: t("palette.new_credential"), icon: Plus, act: go(() => navigate({ to: "/credentials/new" })) },
    {
      id: "theme",
      name: dark ? t("palette.light") : t("palette.dark"),
      icon: Moon,
      act: go(() => {
        setTheme(dark ? "light" : "dark");
        return Promise.resolve();
      }),
    },
  ];
  const named = [...places, ...actions].filter((item) => item.name.toLowerCase().includes(typed.trim().toLowerCase()));
  if (q === "" || found === undefined) return named;
  return [
    ...named,
    ...found.models.map((model) => ({
      id: model.id,
      name: model.slug,
      says: model.display_name,
      icon: Box,
      act: go(() => navigate({ to: "/catalog/$", params: { _splat: model.slug } })),
    })),
    ...found.models.map((model) => ({
      id: `try ${model.id}`,
      name: t("palette.try", { model: model.slug }),
      icon: MessageSquare,
      act: go(() => navigate({ to: "/playground", search: { model: model.slug } })),
    })),
    ...(isAdministrator ? found.members : []).map((member) => ({
      id: member.id,
      name: member.display_name,
      says: member.identifier,
      icon: User,
      act: go(() => navigate({ to: "/admin/members/$id", params: { id: member.id } })),
    })),
    ...found.credentials.map((credential) => ({
      id: credential.id,
      name: credential.name,
      says: credential.display,
      icon: KeyRound,
      act: go(() => navigate({ to: "/credentials/$id", params: { id: credential.id } })),
    })),
  ];
}

function useLater(value: string): string {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), WAITS_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return later;
}
