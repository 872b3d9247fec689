import { keepPreviousData, useQuery, useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";

import { ApiProblem } from "@/client/problem";
import { PagePending } from "@/components/page-states";
import { ErrorState } from "@/components/problem";
import { credentialsQuery } from "@/features/credentials/api";
import { allocationQuery, modelQuery } from "@/features/models/api";
import { firstModelQuery } from "@/features/playground/api";
import { PlaygroundPage } from "@/features/playground/playground-page";
import { covers } from "@/features/playground/settings";
import { messages } from "@/i18n";
import { tightestLimit } from "@/lib/pace";
import { ready } from "@/lib/ready";
import { search, word } from "@/lib/search";

const CREDENTIALS = credentialsQuery({ state: "active" });

export const Route = createFileRoute("/_in/playground")({
  staticData: { crumbs: [{ text: "place.playground" }] },
  validateSearch: search({ model: word(), credential: word(64) }),
  loader: ({ context }) =>
    Promise.all([messages("playground"), ready(context.queries, firstModelQuery), context.queries.infiniteQuery({ ...CREDENTIALS, staleTime: "static" })]),
  component: Playground,
});

function Playground() {
  const navigate = Route.useNavigate();
  const asked = Route.useSearch();
  const { data: first } = useSuspenseQuery(firstModelQuery);
  const credentials = useSuspenseInfiniteQuery(CREDENTIALS).data.pages.flatMap((page) => page.items);
  const slug = asked.model ?? first;
  const found = useQuery({ ...modelQuery(slug ?? ""), enabled: slug !== null, placeholderData: keepPreviousData });
  const model = found.data ?? null;
  const allocation = useQuery({ ...allocationQuery(model?.allocation?.id ?? ""), enabled: model?.allocation != null }).data;
  const isHidden = found.error instanceof ApiProblem && found.error.status === 404;
  if (found.isLoading) return <PagePending />;
  if (found.error !== null && !isHidden) return <ErrorState what={found.error.message} error={found.error} onRetry={() => void found.refetch()} />;
  const able = credentials.find((each) => model !== null && covers(each, model));
  return (
    <PlaygroundPage
      model={model}
      unknown={isHidden ? slug : null}
      isChanging={found.isPlaceholderData}
      left={allocation === undefined ? null : tightestLimit(allocation.limits, new Date())}
      credentials={credentials}
      credential={credentials.find((each) => each.id === asked.credential) ?? able ?? credentials[0] ?? null}
      onModel={(chosen) => void navigate({ search: (old) => ({ ...old, model: chosen }), replace: true })}
      onCredential={(credential) => void navigate({ search: (old) => ({ ...old, credential }), replace: true })}
    />
  );
}
