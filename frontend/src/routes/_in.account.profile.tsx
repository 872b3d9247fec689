import { createFileRoute } from "@tanstack/react-router";

import { ProfilePart } from "@/features/account/profile-part";

export const Route = createFileRoute("/_in/account/profile")({ component: ProfilePart });
