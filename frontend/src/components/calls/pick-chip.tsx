import { useQuery, type QueryKey, type UseQueryOptions } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { SetChip, ToggleChip } from "../filters";
import { SearchField } from "../search-field";
import { Dialog } from "../ui/dialog";

interface PickChipProps<Found, Key extends QueryKey> {
  name: string;
  /** The words above the search. */
  title: string;
  /** What is picked, as people call it; undefined while nothing is. */
  picked: ReactNode | undefined;
  /** The question for what is typed; what it finds is shown in its order. */
  query: (q: string) => UseQueryOptions<Found[], Error, Found[], Key>;
  choiceOf: (found: Found) => { value: string; shows: ReactNode };
  onPick: (value: string | undefined) => void;
}

/** A filter of one among many, found by typing; once it is set, it can be taken away. */
export function PickChip<Found, Key extends QueryKey>({ name, title, picked, onPick, ...found }: PickChipProps<Found, Key>) {
  const [isOpen, setIsOpen] = useState(false);
  if (picked !== undefined) return <SetChip name={name} value={picked} onClear={() => onPick(undefined)} />;
  return (
    <>
      <ToggleChip on={false} onChange={() => setIsOpen(true)}>
        {name}
      </ToggleChip>
      {isOpen && <PickDialog title={title} {...found} onPick={onPick} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function PickDialog<Found, Key extends QueryKey>({ title, query, choiceOf, onPick, onClose }: Pick<PickChipProps<Found, Key>, "title" | "query" | "choiceOf" | "onPick"> & { onClose: () => void }) {
  const { t } = useTranslation("filters");
  const [q, setQ] = useState("");
  const found = useQuery(query(q)).data?.map(choiceOf);
  return (
    <Dialog title={title} onClose={onClose}>
      <SearchField wide label={title} value={q === "" ? undefined : q} onChange={(typed) => setQ(typed ?? "")} />
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
