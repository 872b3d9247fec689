import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";

import { ModelsPage } from "@/features/models/models-page";
import { messages } from "@/i18n";

export const Route = createFileRoute("/_in/catalog/")({
  staticData: { crumbs: [{ text: "place.models" }] },
  validateSearch: z.object({
    q: z.string().min(1).max(200).optional().catch(undefined),
    provider: z.string().min(1).max(64).optional().catch(undefined),
    operation: z.enum(["chat", "responses", "embeddings"]).optional().catch(undefined),
    capability: z.string().min(1).max(64).optional().catch(undefined),
    access: z.enum(["granted", "claimable", "closed"]).optional().catch(undefined),
    sort: z.enum(["slug", "-slug", "display_name", "-display_name"]).optional().catch(undefined),
  }),
  loader: () => messages("models"),
  component: function Models() {
    const navigate = Route.useNavigate();
    return <ModelsPage asked={Route.useSearch()} onAsk={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: "q" in change })} />;
  },
});
