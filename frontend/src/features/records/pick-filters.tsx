import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { memberNameQuery } from "@/client/names";
import { Slug } from "@/components/amounts";
import { SearchField } from "@/components/search-field";
import { Dialog } from "@/components/ui/dialog";
import { credentialsLikeQuery, membersLikeQuery, modelsLikeQuery } from "./api";

interface PickProps {
  onClose: () => void;
  onPick: (value: string) => void;
}

/** A member to narrow calls by. */
export function PickMember({ onClose, onPick }: PickProps) {
  const { t } = useTranslation("records");
  const [q, setQ] = useState("");
  const found = useQuery(membersLikeQuery(q)).data?.items;
  return (
    <Pick
      title={t("pick_member")}
      q={q}
      onQ={setQ}
      onClose={onClose}
      onPick={onPick}
      found={found?.map((member) => ({
        value: member.id,
        shows: (
          <>
            <span className="font-medium text-ink">{member.display_name}</span> <span className="text-ink-3">{member.identifier}</span>
          </>
        ),
      }))}
    />
  );
}

/** A model to narrow calls by. */
export function PickModel({ onClose, onPick }: PickProps) {
  const { t } = useTranslation("records");
  const [q, setQ] = useState("");
  const found = useQuery(modelsLikeQuery(q)).data?.items;
  return <Pick title={t("pick_model")} q={q} onQ={setQ} onClose={onClose} onPick={onPick} found={found?.map((model) => ({ value: model.slug, shows: <Slug slug={model.slug} /> }))} />;
}

/** A credential to narrow calls by; names are no two members' alone, so whose it is stands beside. */
export function PickCredential({ onClose, onPick }: PickProps) {
  const { t } = useTranslation("records");
  const [q, setQ] = useState("");
  const found = useQuery(credentialsLikeQuery(q)).data?.items;
  return (
    <Pick
      title={t("pick_credential")}
      q={q}
      onQ={setQ}
      onClose={onClose}
      onPick={onPick}
      found={found?.map((credential) => ({
        value: credential.id,
        shows: (
          <>
            <span className="font-medium text-ink">{credential.name}</span> <MemberOf id={credential.member_id} />
          </>
        ),
      }))}
    />
  );
}

function MemberOf({ id }: { id: string }) {
  return <span className="text-ink-3">{useQuery(memberNameQuery(id)).data?.display_name}</span>;
}

function Pick({ title, q, onQ, found, onClose, onPick }: PickProps & { title: string; q: string; onQ: (q: string) => void; found: readonly { value: string; shows: ReactNode }[] | undefined }) {
  const { t } = useTranslation("records");
  return (
    <Dialog title={title} onClose={onClose}>
      <SearchField wide label={title} value={q === "" ? undefined : q} onChange={(typed) => onQ(typed ?? "")} />
      <ul aria-live="polite" className="-mx-2 mt-3 min-h-40">
        {found?.map((each) => (
          <li key={each.value}>
            <button
              type="button"
              onClick={() => {
                onPick(each.value);
                onClose();
              }}
              className="flex min-h-9 w-full items-center gap-2 rounded-button px-2 text-left text-dense hover:bg-hover coarse:min-h-11"
            >
              <span className="min-w-0 break-words">{each.shows}</span>
            </button>
          </li>
        ))}
        {found?.length === 0 && <li className="px-2 text-dense text-ink-3">{t("pick_none")}</li>}
      </ul>
    </Dialog>
  );
}
