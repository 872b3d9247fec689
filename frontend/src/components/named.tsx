import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { memberNameQuery, modelNamesQuery, tagQuery } from "@/client/names";
import { Slug } from "./amounts";
import { Skeleton } from "./ui/skeleton";

const LINK = "font-medium hover:underline";

/** A member by name, with a link to their page; the id where they are gone. */
export function MemberName({ id }: { id: string }) {
  const { data, isPending } = useQuery(memberNameQuery(id));
  if (isPending) return <Skeleton className="h-4 w-28" />;
  return (
    <Link to="/admin/members/$id" params={{ id }} className={LINK} title={data?.identifier}>
      {data?.display_name ?? id}
    </Link>
  );
}

/** A model by its slug; the id where it is gone. */
export function ModelName({ id }: { id: string }) {
  const { data, isPending } = useQuery(modelNamesQuery);
  if (isPending) return <Skeleton className="h-4 w-28" />;
  const slug = data?.get(id)?.slug;
  return slug === undefined ? <>{id}</> : <Slug slug={slug} />;
}

/** A tag by name, with a link to its page; the id where it is gone. */
export function TagName({ id }: { id: string }) {
  const { data, isPending } = useQuery(tagQuery(id));
  if (isPending) return <Skeleton className="h-4 w-20" />;
  return (
    <Link to="/admin/tags/$id" params={{ id }} className={LINK}>
      {data?.name ?? id}
    </Link>
  );
}
