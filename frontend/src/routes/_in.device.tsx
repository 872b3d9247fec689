import { createFileRoute } from "@tanstack/react-router";

import { DevicePage } from "@/features/devices/device-page";
import { messages } from "@/i18n";
import { search, word } from "@/lib/search";

export const Route = createFileRoute("/_in/device")({
  staticData: { crumbs: [{ text: "place.device" }] },
  validateSearch: search({ code: word(32) }),
  loader: () => messages("devices"),
  component: function Device() {
    const navigate = Route.useNavigate();
    return <DevicePage code={Route.useSearch().code} onCode={(code) => void navigate({ search: code === undefined ? {} : { code } })} />;
  },
});
