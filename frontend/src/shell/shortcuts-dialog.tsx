import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";

import { PANEL_KEYS } from "@/components/side-panel";
import { Dialog } from "@/components/ui/dialog";
import { useSetting } from "@/lib/settings";
import { SHORTCUTS } from "./shortcuts";

const GROUPS = ["anywhere", "list", "go"] as const;

/** Every key that does something, as it is registered. */
export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [setting] = useSetting("shortcuts");
  return (
    <Dialog title={t("shortcut.title")} onClose={onClose}>
      <div className="flex flex-col gap-5">
        {setting === "off" && (
          <p className="text-dense">
            {t("shortcut.off")}{" "}
            <Link to="/account/preferences" onClick={onClose} className="font-medium text-accent-ink hover:underline">
              {t("shortcut.turn_on")}
            </Link>
          </p>
        )}
        {GROUPS.map((group) => (
          <Keys
            key={group}
            title={t(`shortcut.group.${group}`)}
            rows={SHORTCUTS.filter((each) => each.group === group).map(({ keys, withCtrl, name }) => ({ keys: withCtrl ? [t("palette.keys")] : keys, says: t(name) }))}
          />
        ))}
        <Keys title={t("shortcut.group.panel")} rows={PANEL_KEYS.map(({ shown, name }) => ({ keys: [shown], says: t(name) }))} />
      </div>
    </Dialog>
  );
}

function Keys({ title, rows }: { title: string; rows: readonly { keys: readonly string[]; says: string }[] }) {
  return (
    <section>
      <h3 className="mb-1.5 text-small text-ink-3">{title}</h3>
      <dl className="flex flex-col gap-1">
        {rows.map(({ keys, says }) => (
          <div key={keys.join(" ")} className="flex min-h-7 flex-row-reverse items-center justify-between gap-4">
            <dt className="flex shrink-0 gap-1">
              {keys.map((each) => (
                <Fragment key={each}>
                  <kbd className="min-w-6 rounded-badge border border-line-strong bg-sunken px-1.5 text-center font-sans text-small text-ink">{each}</kbd>{" "}
                </Fragment>
              ))}
            </dt>
            <dd className="text-dense text-ink">{says}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
