import { useTranslation } from "react-i18next";

import type { AffectedShown, PreviewShown, StopsShown } from "@/client/schema.gen";
import { Skeleton } from "./ui/skeleton";

const NAMED_MAX = 3;
const NAMED = ["members", "service_accounts", "credentials", "allocations", "models"] as const;
const COUNTED = ["sessions", "access_tokens", "identities", "links", "open_calls"] as const;

/** What works now and would stop, counted and named. */
export function StopsNote({ stops }: { stops: StopsShown }) {
  const { t } = useTranslation();
  const named = NAMED.flatMap((kind) => {
    const { count, first } = stops[kind];
    const names = first.slice(0, NAMED_MAX).map((each) => ("display_name" in each ? each.display_name : each.name));
    return count === 0 ? [] : [{ kind, text: t(`stops.${kind}`, { count }), names }];
  });
  const counted = COUNTED.flatMap((kind) => (stops[kind] === 0 ? [] : [{ kind, text: t(`stops.${kind}`, { count: stops[kind] }), names: [] as string[] }]));
  const lines = [...named, ...counted];
  if (lines.length === 0) return <p>{t("stops.nothing")}</p>;
  return (
    <ul className="flex flex-col gap-1 text-dense">
      {lines.map((line) => (
        <li key={line.kind}>
          <span className="font-medium text-ink">{line.text}</span>
          {line.names.length > 0 && <span className="text-ink-3"> {line.names.join(" · ")}</span>}
        </li>
      ))}
    </ul>
  );
}

/** The same from the answer to a dry run; its place while that is asked. */
export function Stops({ stops }: { stops: StopsShown | undefined }) {
  return stops === undefined ? <Skeleton className="h-10" /> : <StopsNote stops={stops} />;
}

/** Who would gain and who would lose sight of models, counted and named. */
export function PreviewNote({ preview }: { preview: PreviewShown }) {
  const { t } = useTranslation();
  if (preview.gains.count === 0 && preview.loses.count === 0) return <p className="text-dense">{t("preview.nobody")}</p>;
  return (
    <div className="flex flex-col gap-1 text-dense">
      <Affected text={t("preview.gains", { count: preview.gains.count })} affected={preview.gains} />
      <Affected text={t("preview.loses", { count: preview.loses.count })} affected={preview.loses} />
      {preview.models.length > 0 && <p className="text-ink-3">{preview.models.join(" · ")}</p>}
    </div>
  );
}

/** How many members, and the first of them by name. */
export function Affected({ text, affected }: { text: string; affected: AffectedShown }) {
  return (
    <p>
      <span className="font-medium text-ink">{text}</span>
      {affected.count > 0 && (
        <span className="text-ink-3">
          {" "}
          {affected.first
            .slice(0, NAMED_MAX)
            .map((member) => member.display_name)
            .join(" · ")}
        </span>
      )}
    </p>
  );
}
