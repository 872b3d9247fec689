import { createFileRoute } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { memberQuery } from "@/client/names";
import { EmptyState } from "@/components/empty-state";
import { AllocationsTable } from "@/features/grants/allocations-table";
import { GrantDialog } from "@/features/grants/grant-dialog";
import { offeredQuery } from "@/features/members/explain-api";
import { credentialsOfQuery } from "@/features/members/held-api";
import { MemberPage } from "@/features/members/member-page";
import { TABS } from "@/features/members/showing";
import { messages } from "@/i18n";
import { ahead, ready } from "@/lib/ready";
import { oneOf, search, word } from "@/lib/search";

const read = search({ tab: oneOf(TABS), model: word(), credential: word(64), q: word() });

export const Route = createFileRoute("/_in/admin/members/$id")({
  staticData: { crumbs: [{ text: "place.members", to: "/admin/members" }] },
  validateSearch: read,
  beforeLoad: ({ context, params, search: { tab, q }, preload }) => {
    if (!preload && tab === undefined) ahead(context.queries, offeredQuery(q), credentialsOfQuery(params.id));
  },
  loader: async ({ context, params }) => {
    const [member] = await Promise.all([ready(context.queries, memberQuery(params.id)), messages("people", "trail")]);
    return { crumb: member.display_name, name: member.display_name };
  },
  component: function Member() {
    const { t } = useTranslation("people");
    const { id } = Route.useParams();
    const { name } = Route.useLoaderData();
    const navigate = Route.useNavigate();
    return (
      <MemberPage
        key={id}
        id={id}
        showing={Route.useSearch()}
        onShow={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: "q" in change })}
        allocations={<AllocationsTable asked={{ member: id }} withMembers={false} empty={<EmptyState says={t("grants.none_of_member")} />} />}
        granting={(onClose) => <GrantDialog member={{ id, name }} onClose={onClose} />}
      />
    );
  },
});
