import { createFileRoute } from "@tanstack/react-router";

import { AuditPage } from "@/features/audit/audit-page";
import { messages } from "@/i18n";
import { search, word } from "@/lib/search";

export const Route = createFileRoute("/_in/admin/audit")({
  staticData: { crumbs: [{ text: "place.audit" }] },
  validateSearch: search({ actor: word(), actor_member_id: word(64), action: word(64), target_kind: word(64), target_id: word(64), since: word(64), until: word(64), event: word(64) }),
  loader: () => messages("audit", "trail"),
  component: function Audit() {
    const navigate = Route.useNavigate();
    const { event, ...asked } = Route.useSearch();
    return (
      <AuditPage
        asked={asked}
        open={event}
        onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change, event: undefined }), replace: "actor" in change })}
        onOpen={(id) => void navigate({ search: (old) => ({ ...old, event: id }), replace: event !== undefined && id !== undefined })}
      />
    );
  },
});
