import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { Box, CircleHelp, KeyRound, List, MessageSquare, Moon, Plus, User, UserPlus, type LucideIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Searched } from "@/client/schema.gen";
import { useSetting } from "@/lib/settings";
import { administrates, useMe } from "@/session/me";
import { searchQuery } from "./api";
import { ACCOUNT, ADMINISTRATION, PERSONAL, type Place } from "./places";
import { questionOf, type Question } from "./question";
import { noteRecent, recentOf, type Found } from "./recent";

const WAITS_MS = 150;
const ASKED_MAX = 3;
const ICONS: Record<Found["kind"], LucideIcon> = { place: List, model: Box, member: User, credential: KeyRound, call: List };

/** One line of what is found: what it is called, and what pressing it does. */
export interface Item {
  id: string;
  name: string;
  says?: string | undefined;
  icon: LucideIcon;
  act: () => void;
  /** It changes something here; every other one leads to a page. */
  stays?: true;
}

/** What is found for what is typed; `isSearching` while the server has not answered yet. */
export function useItems(typed: string, onClose: () => void): { items: Item[]; isSearching: boolean } {
  const { t } = useTranslation();
  const me = useMe();
  const places = usePlaces();
  const open = useOpen(onClose);
  const actions = useActions(onClose);
  const tries = useTries(onClose);
  const text = typed.trim();
  const question = administrates(me) ? questionOf(text) : null;
  const why = useWhy(question, onClose);
  const q = useLater(question === null ? text : "");
  const found = useQuery(searchQuery(q));
  if (question !== null) return why;
  const itemOf = (each: Found): Item => ({ id: `${each.kind} ${each.id}`, name: each.name, says: each.says, icon: places.find((place) => place.to === each.id)?.icon ?? ICONS[each.kind], act: () => open(each) });
  const named = [...places.map((place) => itemOf(foundPlace(place, t(place.name), place.isAdministration ? t("place.administration") : undefined))), ...actions].filter((item) => item.name.toLowerCase().includes(text.toLowerCase()));
  if (text === "") {
    const recent = recentOf(me.id).map((each) => ({ ...itemOf(each), id: `recent ${each.kind} ${each.id}`, says: each.says ?? t("palette.recent") }));
    return { items: [...recent, ...named], isSearching: false };
  }
  const isSearching = q !== text || found.isFetching;
  return { items: found.data === undefined || q === "" ? named : [...named, ...foundIn(found.data).map(itemOf), ...tries(found.data)], isSearching };
}

function foundPlace(place: Place, name: string, says: string | undefined): Found {
  return { kind: "place", id: place.to, name, ...(says !== undefined && { says }) };
}

function foundIn({ models, members, credentials, calls }: Searched): Found[] {
  return [
    ...models.map((model) => ({ kind: "model" as const, id: model.slug, name: model.slug, says: model.display_name })),
    ...members.map((member) => ({ kind: "member" as const, id: member.id, name: member.display_name, says: member.identifier })),
    ...credentials.map((credential) => ({ kind: "credential" as const, id: credential.id, name: credential.name, says: credential.display, memberId: credential.member_id })),
    ...calls.map((call) => ({ kind: "call" as const, id: call.call_id, name: `${call.requested_model ?? call.call_id} · ${call.outcome}`, says: call.request_id })),
  ];
}

function usePlaces(): (Place & { isAdministration: boolean })[] {
  const theirs = administrates(useMe()) ? ADMINISTRATION.flatMap((group) => group.places) : [];
  return [...[...PERSONAL, ACCOUNT].map((place) => ({ ...place, isAdministration: false })), ...theirs.map((place) => ({ ...place, isAdministration: true }))];
}

/** Opens what was found where the person may look at it: in Administration, or among what is their own. */
function useOpen(onClose: () => void): (found: Found) => void {
  const navigate = useNavigate();
  const me = useMe();
  const places = usePlaces();
  const isAdministration = useRouterState({ select: (state) => /^\/admin(\/|$)/.test(state.location.pathname) });
  const go = ({ kind, id, memberId }: Found): Promise<void> => {
    if (kind === "place") return navigate({ to: places.find((place) => place.to === id)?.to ?? "/" });
    if (kind === "model") return navigate({ to: isAdministration ? "/admin/models/$" : "/catalog/$", params: { _splat: id } });
    if (kind === "member") return navigate({ to: "/admin/members/$id", params: { id } });
    if (kind === "call") return administrates(me) ? navigate({ to: "/admin/calls", search: { call: id } }) : navigate({ to: "/usage/calls", search: { call: id } });
    // Somebody else's credential has no page among one's own.
    if (memberId !== undefined && memberId !== me.id) return navigate({ to: "/admin/members/$id", params: { id: memberId }, search: { tab: "credentials" } });
    return navigate({ to: "/credentials/$id", params: { id } });
  };
  return (found) => {
    onClose();
    noteRecent(me.id, found);
    void go(found);
  };
}

function useActions(onClose: () => void): Item[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const isAdministrator = administrates(useMe());
  const [theme, setTheme] = useSetting("theme");
  const isDark = theme === "dark" || (theme === "" && matchMedia("(prefers-color-scheme: dark)").matches);
  const doing = (act: () => unknown) => () => {
    onClose();
    act();
  };
  return [
    { id: "new-credential", name: t("palette.new_credential"), icon: Plus, act: doing(() => navigate({ to: "/credentials/new" })) },
    ...(isAdministrator
      ? [
          { id: "invite", name: t("palette.invite"), icon: UserPlus, act: doing(() => navigate({ to: "/admin/members/invite" })) },
          { id: "add-models", name: t("palette.add_models"), icon: Plus, act: doing(() => navigate({ to: "/admin/models/import" })) },
        ]
      : []),
    { id: "theme", name: isDark ? t("palette.light") : t("palette.dark"), icon: Moon, stays: true, act: doing(() => setTheme(isDark ? "light" : "dark")) },
  ];
}

/** Each model that was found, in the playground. */
function useTries(onClose: () => void): (found: Searched) => Item[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return ({ models }) =>
    models.map(({ slug }) => ({
      id: `try ${slug}`,
      name: t("palette.try", { model: slug }),
      icon: MessageSquare,
      act: () => {
        onClose();
        void navigate({ to: "/playground", search: { model: slug } });
      },
    }));
}

/** `why mei opus`: the members and models that may be meant, each pair a way to the member's page with the reasons. */
function useWhy(question: Question | null, onClose: () => void): { items: Item[]; isSearching: boolean } {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const asked = `${question?.member ?? ""} ${question?.model ?? ""}`;
  const isLater = useLater(asked) === asked;
  const members = useQuery(searchQuery(isLater ? (question?.member ?? "") : ""));
  const models = useQuery(searchQuery(isLater ? (question?.model ?? "") : ""));
  const items = (members.data?.members ?? []).slice(0, ASKED_MAX).flatMap((member) =>
    (models.data?.models ?? []).slice(0, ASKED_MAX).map((model) => ({
      id: `why ${member.id} ${model.id}`,
      name: t("palette.why", { name: member.display_name, model: model.slug }),
      says: member.identifier,
      icon: CircleHelp,
      act: () => {
        onClose();
        void navigate({ to: "/admin/members/$id", params: { id: member.id }, search: { model: model.slug } });
      },
    })),
  );
  return { items, isSearching: !isLater || members.isFetching || models.isFetching };
}

function useLater(value: string): string {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), WAITS_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return later;
}
