import { useTranslation } from "react-i18next";

import type { LimitPreview } from "@/client/schema.gen";

/** Who stands over a limit at once, counted and named; nothing where nobody does. */
export function OverNote({ over }: { over: LimitPreview["over"] }) {
  const { t } = useTranslation("people");
  if (over.count === 0) return null;
  return (
    <div role="alert" className="rounded-card border border-warn-line bg-warn-soft px-3.5 py-2.5 text-dense text-warn-ink">
      <p className="font-medium">{t(over.complete ? "limits.over" : "limits.over_least", { count: over.count })}</p>
      <p>
        {over.first
          .slice(0, 5)
          .map((each) => each.name)
          .join(" · ")}
      </p>
    </div>
  );
}
