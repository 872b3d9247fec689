import { createFileRoute } from "@tanstack/react-router";

import { RefusedBy } from "@/features/limits/refused-by";
import { ExplainNow } from "@/features/members/explain-now";
import { callsQuery, tagsQuery } from "@/features/records/api";
import { CALL_SORTS } from "@/features/records/asked";
import { CallsPage } from "@/features/records/calls-page";
import { messages } from "@/i18n";
import { CALLS_READ } from "@/lib/calls-asked";
import { ahead } from "@/lib/ready";
import { oneOf, search, without, word } from "@/lib/search";

const read = search({
  ...CALLS_READ,
  member_id: word(64),
  tag_id: word(64),
  limit_id: word(64),
  sort: oneOf(CALL_SORTS),
  call: word(64),
  group: word(64),
  live: oneOf(["on"]),
});

export const Route = createFileRoute("/_in/admin/calls")({
  staticData: { crumbs: [{ text: "place.all_calls" }] },
  validateSearch: read,
  beforeLoad: ({ context, search, preload }) => {
    if (!preload) ahead(context.queries, callsQuery(without(search, "call", "group", "live")), tagsQuery);
  },
  loader: () => messages("records", "filters", "people", "refusals"),
  component: function Calls() {
    const navigate = Route.useNavigate();
    const { call, group, live, ...asked } = Route.useSearch();
    return (
      <CallsPage
        asked={asked}
        live={live !== undefined}
        open={call}
        group={group}
        onLive={(on) => void navigate({ search: (old) => ({ ...old, live: on ? "on" : undefined }), replace: true })}
        explaining={(refused) => <ExplainNow {...refused} />}
        repairing={(refused) => <RefusedBy {...refused} />}
        onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change, call: undefined, group: undefined }) })}
        // What was opened by its call closes with its group.
        onGroup={(id) => void navigate({ search: (old) => ({ ...old, group: id, call: id === undefined ? undefined : old.call }) })}
        onOpen={(id) => void navigate({ search: (old) => ({ ...old, call: id }), replace: call !== undefined && id !== undefined })}
      />
    );
  },
});
