import { createFileRoute, Outlet } from "@tanstack/react-router";

import { AccountFrame } from "@/features/account/account-frame";
import { messages } from "@/i18n";

export const Route = createFileRoute("/_in/account")({
  staticData: { crumbs: [{ text: "place.account" }] },
  loader: () => messages("account"),
  component: function Account() {
    return (
      <AccountFrame>
        <Outlet />
      </AccountFrame>
    );
  },
});
