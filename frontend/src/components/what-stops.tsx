import { useTranslation } from "react-i18next";

import type { StopsShown } from "@/client/schema.gen";
import { Skeleton } from "./ui/skeleton";

const MANY = ["models", "allocations", "credentials"] as const;
const COUNTED = ["open_calls", "sessions", "access_tokens", "links", "identities"] as const;

/** What stops by a write, counted and by name, from the answer to its dry run; the place of it while that is asked. */
export function Stops({ stops }: { stops: StopsShown | undefined }) {
  const { t } = useTranslation();
  if (stops === undefined) return <Skeleton className="h-10" />;
  const many = MANY.filter((kind) => stops[kind].count > 0);
  const counted = COUNTED.filter((kind) => stops[kind] > 0);
  const people = stops.members.count + stops.service_accounts.count;
  if (many.length === 0 && counted.length === 0 && people === 0) return <p className="font-medium text-ink">{t("stops.nothing")}</p>;
  const named = [...stops.members.first, ...stops.service_accounts.first].map((each) => each.display_name);
  return (
    <ul className="flex flex-col gap-1.5 text-dense">
      {many.map((kind) => (
        <li key={kind}>
          <span className="font-medium text-ink">{t(`stops.${kind}`, { count: stops[kind].count })}</span>
          <Names names={stops[kind].first.map((each) => each.name)} />
        </li>
      ))}
      {people > 0 && (
        <li>
          <span className="font-medium text-ink">{t("stops.members", { count: people })}</span>
          <Names names={named} />
        </li>
      )}
      {counted.map((kind) => (
        <li key={kind} className="font-medium text-ink">
          {t(`stops.${kind}`, { count: stops[kind] })}
        </li>
      ))}
    </ul>
  );
}

const NAMED_MAX = 5;

function Names({ names }: { names: readonly string[] }) {
  const { i18n } = useTranslation();
  if (names.length === 0) return null;
  return <span className="block text-ink-2">{new Intl.ListFormat(i18n.language, { type: "unit" }).format(names.slice(0, NAMED_MAX))}</span>;
}
