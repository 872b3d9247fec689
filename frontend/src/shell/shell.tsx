import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ArrowLeftRight, Ellipsis, Search } from "lucide-react";
import { createElement, Fragment, lazy, Suspense, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Breadcrumbs, usePlaceName } from "@/components/breadcrumbs";
import { Dialog } from "@/components/ui/dialog";
import { IconButton } from "@/components/ui/button";
import { Doorkeeper } from "@/session/doorkeeper";
import { administrates, useMe } from "@/session/me";
import { AccountMenu, AccountActions } from "./account-menu";
import { Mark } from "@/components/mark";
import { useKeptFocus } from "./kept-focus";
import { ACCOUNT, ADMINISTRATION, PERSONAL, type Group, type Place } from "./places";
import { useShortcuts } from "./shortcuts";

const MINE: readonly Group[] = [{ name: null, places: PERSONAL }];

const PALETTE_AFTER_MS = 1_500;
const readPalette = () => import("./palette");
const LatePalette = lazy(readPalette);
const ShortcutsDialog = lazy(() => import("./shortcuts-dialog"));

/** What stands around every page of somebody who is signed in. */
export function Shell() {
  const { t } = useTranslation();
  const [searching, setSearching] = useState(false);
  const [more, setMore] = useState(false);
  const [keys, setKeys] = useState(false);
  const places = useIsAdministration() ? ADMINISTRATION.flatMap((group) => group.places) : PERSONAL;
  useShortcuts({ search: () => setSearching(true), showAll: () => setKeys(true) });
  const palette = usePalette();
  const main = useRef<HTMLElement>(null);
  useKeptFocus(main);
  const [typed, setTyped] = useState("");
  return (
    <div className="min-h-dvh md:pl-16 lg:pl-[228px]">
      <a href="#content" className="sr-only z-50 rounded-button bg-raised text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:px-3 focus:py-2">
        {t("shell.skip")}
      </a>
      <Sidebar onKeys={() => setKeys(true)} />
      <TopBar onSearch={() => setSearching(true)} />
      <main ref={main} id="content" tabIndex={-1} className="pb-8 outline-none phone:pb-24">
        <Outlet />
      </main>
      <PhoneBar places={places} onMore={() => setMore(true)} />
      {more && <More places={places} onClose={() => setMore(false)} />}
      <Suspense fallback={<TypedMeanwhile onTyped={setTyped} />}>
        {searching &&
          createElement(palette, {
            typed,
            onClose: () => {
              setTyped("");
              setSearching(false);
            },
          })}
      </Suspense>
      <Suspense>{keys && <ShortcutsDialog onClose={() => setKeys(false)} />}</Suspense>
      <Doorkeeper />
    </div>
  );
}

/** Takes what is typed until the search is there: it would be taken for shortcuts. */
function TypedMeanwhile({ onTyped }: { onTyped: (typed: string) => void }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    field.current?.focus();
    return () => {
      // The search gives the focus back to where it finds it.
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return <input ref={field} aria-label={t("palette.open")} onChange={(event) => onTyped(event.target.value)} className="sr-only" />;
}

/** The search, read before anybody asks for it: who presses Ctrl K types at once, and what is typed meanwhile would be lost. */
function usePalette(): typeof LatePalette | Awaited<ReturnType<typeof readPalette>>["default"] {
  const [ready, setReady] = useState<Awaited<ReturnType<typeof readPalette>>["default"] | null>(null);
  useEffect(() => {
    const read = () =>
      readPalette().then(
        (file) => setReady(() => file.default),
        // Whoever asks for it reads it again, and is told then.
        () => undefined,
      );
    const timer = setTimeout(() => void read(), PALETTE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return ready ?? LatePalette;
}

function useIsAdministration(): boolean {
  return useRouterState({ select: (state) => /^\/admin(\/|$)/.test(state.location.pathname) });
}

function Sidebar({ onKeys }: { onKeys: () => void }) {
  const { t } = useTranslation();
  const isAdministration = useIsAdministration();
  return (
    <div role="region" aria-label={t("shell.sidebar")} className="fixed inset-y-0 left-0 z-20 flex w-16 flex-col border-r border-line bg-sunken p-3 phone:hidden lg:w-[228px]">
      <Link to="/" className="flex items-center gap-2.5 rounded-button px-1.5 py-1.5">
        <Mark />
        <span className="sr-only">{t("place.home")}</span>
        <span className="hidden min-w-0 lg:block">
          <span className="block truncate text-body font-semibold">ai-api</span>
          <span className="block truncate text-small text-ink-3">{location.host}</span>
        </span>
      </Link>
      <Switch />
      <nav aria-label={t("shell.navigation")} className="mt-4 flex min-h-0 grow flex-col gap-0.5 overflow-y-auto">
        {(isAdministration ? ADMINISTRATION : MINE).map((group) => (
          <Fragment key={group.name}>
            {group.name !== null && group.places.length > 0 && <p className="mt-3 mb-1 hidden px-2.5 text-small text-ink-3 lg:block">{t(group.name)}</p>}
            {group.places.map((place) => (
              <NavLink key={place.to} place={place} />
            ))}
          </Fragment>
        ))}
      </nav>
      <AccountMenu onKeys={onKeys} />
    </div>
  );
}

function Switch() {
  const { t } = useTranslation();
  const isAdministration = useIsAdministration();
  if (!administrates(useMe())) return null;
  const look = "flex-auto rounded-button border border-transparent px-1 py-1.5 text-center text-dense whitespace-nowrap text-ink-2 hover:text-ink";
  const here = "border-line bg-surface font-semibold text-ink";
  return (
    <nav aria-label={t("shell.switch")} className="mt-3 hidden rounded-card bg-hover p-0.5 lg:flex">
      <Link to="/" className={clsx(look, !isAdministration && here)}>
        {t("shell.personal")}
      </Link>
      <Link to="/admin" className={clsx(look, isAdministration && here)}>
        {t("shell.administration")}
      </Link>
    </nav>
  );
}

function NavLink({ place }: { place: Place }) {
  const { t } = useTranslation();
  const Icon = place.icon;
  return (
    <Link
      to={place.to}
      title={t(place.name)}
      activeOptions={{ exact: place.exact ?? false }}
      className="flex h-8 items-center gap-2.5 rounded-button border border-transparent px-2.5 text-dense text-ink-2 hover:bg-hover hover:text-ink data-[status=active]:border-line data-[status=active]:bg-surface data-[status=active]:font-semibold data-[status=active]:text-ink data-[status=active]:[&>svg]:text-accent-ink"
    >
      <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0" />
      <span className="hidden lg:block">{t(place.name)}</span>
      <span className="sr-only lg:hidden">{t(place.name)}</span>
    </Link>
  );
}

function TopBar({ onSearch }: { onSearch: () => void }) {
  const { t } = useTranslation();
  const name = usePlaceName();
  return (
    <header className="sticky top-0 z-10 border-b border-line bg-canvas">
      <div className="mx-auto flex h-[52px] max-w-[1212px] items-center justify-between gap-4 px-4 md:px-7 phone:h-[54px]">
        <div className="flex items-center gap-3 md:hidden">
          <Link to="/" aria-label={t("place.home")}>
            <Mark size={26} />
          </Link>
          <span className="text-[1rem] font-semibold">{name}</span>
        </div>
        <Breadcrumbs />
        <button
          type="button"
          onClick={onSearch}
          className="hidden h-8 w-[264px] items-center gap-2 rounded-button border border-line-strong bg-surface px-3 text-dense text-ink-3 hover:bg-hover md:flex"
        >
          <Search aria-hidden size={15} strokeWidth={1.75} />
          <span className="grow text-left">{t("palette.open")}</span>
          <kbd className="rounded-badge border border-line px-1.5 font-sans text-small">{t("palette.keys")}</kbd>
        </button>
        <IconButton icon={Search} label={t("palette.open")} onClick={onSearch} className="md:hidden" />
      </div>
    </header>
  );
}

function PhoneBar({ places, onMore }: { places: readonly Place[]; onMore: () => void }) {
  const { t } = useTranslation();
  const look = "flex flex-1 flex-col items-center gap-1 py-2 text-[0.6875rem] font-medium text-ink-3 data-[status=active]:text-accent-ink";
  return (
    <nav aria-label={t("shell.navigation")} className="fixed inset-x-0 bottom-0 z-20 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden">
      {places
        .filter((place) => place.bar)
        .slice(0, 4)
        .map((place) => {
          const Icon = place.icon;
          return (
            <Link key={place.to} to={place.to} activeOptions={{ exact: place.exact ?? false }} className={look}>
              <Icon aria-hidden size={20} strokeWidth={1.75} />
              {t(place.name)}
            </Link>
          );
        })}
      <button type="button" onClick={onMore} className={look}>
        <Ellipsis aria-hidden size={20} strokeWidth={1.75} />
        {t("place.more")}
      </button>
    </nav>
  );
}

function More({ places, onClose }: { places: readonly Place[]; onClose: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const isAdministration = useIsAdministration();
  const rest = [...places.filter((place) => !place.bar), ACCOUNT];
  return (
    <Dialog title={t("place.more")} onClose={onClose}>
      <nav aria-label={t("place.more")} className="-mx-2 flex flex-col">
        {rest.map((place) => {
          const Icon = place.icon;
          return (
            <Link key={place.to} to={place.to} onClick={onClose} className={clsx("flex min-h-11 items-center gap-3 rounded-button px-2 text-body text-ink hover:bg-hover")}>
              <Icon aria-hidden size={20} strokeWidth={1.75} />
              {t(place.name)}
            </Link>
          );
        })}
        {administrates(me) && (
          <Link to={isAdministration ? "/" : "/admin"} onClick={onClose} className="flex min-h-11 items-center gap-3 rounded-button px-2 text-body text-ink hover:bg-hover">
            <ArrowLeftRight aria-hidden size={20} strokeWidth={1.75} />
            {isAdministration ? t("shell.personal") : t("shell.administration")}
          </Link>
        )}
        <AccountActions />
      </nav>
    </Dialog>
  );
}
