import { createFileRoute } from "@tanstack/react-router";

import { PreferencesPart } from "@/features/account/preferences-part";

export const Route = createFileRoute("/_in/account/preferences")({ component: PreferencesPart });
