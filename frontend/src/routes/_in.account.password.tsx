import { createFileRoute } from "@tanstack/react-router";

import { PasswordPart } from "@/features/account/password-part";

export const Route = createFileRoute("/_in/account/password")({ component: PasswordPart });
