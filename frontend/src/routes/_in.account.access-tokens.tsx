import { createFileRoute } from "@tanstack/react-router";

import { AccessTokensPart } from "@/features/account/access-tokens-part";

export const Route = createFileRoute("/_in/account/access-tokens")({ component: AccessTokensPart });
