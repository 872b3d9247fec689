import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/ui/card";
import { APPS } from "./apps";

const SHOWN = ["codex", "claude-code", "gemini-cli", "python"] as const;

/** The tools that most people know, each on its way to being set up. */
export function ToolsYouKnow() {
  const { t } = useTranslation("home");
  return (
    <Card
      flush
      title={t("tools.title")}
      aside={
        <Link to="/apps" className="font-medium text-accent-ink hover:underline">
          {t("tools.all")}
        </Link>
      }
    >
      <ul className="divide-y divide-line">
        {SHOWN.map((id) => (
          <li key={id}>
            <Link to="/apps/$app" params={{ app: id }} className="flex items-center justify-between gap-3 px-4 py-2.5 text-dense hover:bg-hover">
              <span className="min-w-0">
                <span className="block font-medium">{APPS.find((each) => each.id === id)?.name}</span>
                <span className="block text-small text-ink-3">{t(id === "python" ? "tools.code" : "tools.line")}</span>
              </span>
              <ChevronRight aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-ink-3" />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
