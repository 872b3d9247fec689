import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { LimitInFull } from "@/client/schema.gen";
import { Slug } from "@/components/amounts";

const LINK = "font-medium hover:underline";

/** Whose a limit is, by name and with the way to it. */
export function LimitSubject({ limit }: { limit: Pick<LimitInFull, "subject_kind" | "subject_id" | "subject" | "partition_by"> }) {
  const { t } = useTranslation("people");
  const { subject } = limit;
  return (
    <span className="flex min-w-0 flex-col">
      <span className="break-words">{subject === null ? t(`limits.subject.${limit.subject_kind}`) : <Named limit={limit} name={subject.name} />}</span>
      {subject !== null && (
        <span className="text-small text-ink-3">
          {limit.subject_kind !== "member" && subject.member !== null ? t("limits.of_member", { what: t(`limits.subject.${limit.subject_kind}`), member: subject.member }) : t(`limits.subject.${limit.subject_kind}`)}
        </span>
      )}
      {limit.partition_by !== "subject" && <span className="text-small text-ink-3">{t(`limits.each.${limit.partition_by}`)}</span>}
    </span>
  );
}

function Named({ limit, name }: { limit: Pick<LimitInFull, "subject_kind" | "subject_id" | "subject">; name: string }) {
  const id = limit.subject_id ?? "";
  switch (limit.subject_kind) {
    case "allocation":
      return (
        <Link to="/admin/allocations" search={{ open: id }} className="hover:underline">
          <Slug slug={name} />
        </Link>
      );
    case "credential":
      return (
        <Link to="/admin/members/$id" params={{ id: limit.subject?.member_id ?? "" }} search={{ tab: "credentials" }} className={LINK}>
          {name}
        </Link>
      );
    case "member":
      return (
        <Link to="/admin/members/$id" params={{ id }} className={LINK}>
          {name}
        </Link>
      );
    case "tag":
      return (
        <Link to="/admin/tags/$id" params={{ id }} className={LINK}>
          {name}
        </Link>
      );
    case "provider_key":
      return (
        <Link to="/admin/provider-keys/$id" params={{ id }} className={LINK}>
          {name}
        </Link>
      );
    case "global":
      return <>{name}</>;
  }
}
