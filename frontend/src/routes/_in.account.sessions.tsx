import { createFileRoute } from "@tanstack/react-router";

import { SessionsPart } from "@/features/account/sessions-part";

export const Route = createFileRoute("/_in/account/sessions")({ component: SessionsPart });
