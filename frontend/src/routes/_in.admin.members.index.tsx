import { createFileRoute } from "@tanstack/react-router";

import { GrantManyDialog } from "@/features/grants/grant-many-dialog";
import { membersQuery } from "@/features/members/api";
import { MEMBER_SORTS } from "@/features/members/asked";
import { MembersPage } from "@/features/members/members-page";
import { messages } from "@/i18n";
import { ahead } from "@/lib/ready";
import { oneOf, search, word } from "@/lib/search";
import { readersZone } from "@/lib/zone";

export const Route = createFileRoute("/_in/admin/members/")({
  staticData: { crumbs: [{ text: "place.members" }] },
  validateSearch: search({
    q: word(),
    state: oneOf(["active", "disabled"]),
    role: oneOf(["member", "admin", "owner"]),
    kind: oneOf(["person", "service"]),
    identity: oneOf(["local", "oidc"]),
    tag: word(),
    unanswered: oneOf(["yes"]),
    sort: oneOf(MEMBER_SORTS),
  }),
  beforeLoad: ({ context, search: asked, preload }) => {
    if (!preload) ahead(context.queries, membersQuery(asked, readersZone()));
  },
  loader: () => messages("people"),
  component: function Members() {
    const navigate = Route.useNavigate();
    return (
      <MembersPage
        asked={Route.useSearch()}
        onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: "q" in change })}
        granting={(members, onClose) => <GrantManyDialog members={members} onClose={onClose} />}
      />
    );
  },
});
