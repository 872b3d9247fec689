import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Mark } from "@/components/mark";
import { LANGUAGES, setLanguage, type Language } from "@/i18n";

/** A page for somebody who is not signed in: one column in the middle, and the languages below. */
export function Frame({ title, says, children }: { title: string; says?: ReactNode; children: ReactNode }) {
  const { i18n, t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ai-api`;
  }, [title]);
  return (
    <div className="flex min-h-dvh flex-col items-center px-4 pt-[12dvh] pb-8">
      <main className="flex w-full max-w-[360px] flex-col gap-6">
        <div className="flex items-center gap-3">
          <Mark size={36} />
          <div className="min-w-0">
            <p className="text-heading">ai-api</p>
            <p className="truncate text-dense text-ink-3">{location.host}</p>
          </div>
        </div>
        <div>
          <h1 className="text-title">{title}</h1>
          {says !== undefined && <div className="mt-1.5 text-body text-ink-2">{says}</div>}
        </div>
        {children}
      </main>
      <nav aria-label={t("language")} className="mt-auto flex gap-1 pt-12">
        {(Object.keys(LANGUAGES) as Language[]).map((each) => (
          <button
            key={each}
            type="button"
            lang={each}
            aria-pressed={each === i18n.language}
            onClick={() => void setLanguage(each)}
            className="rounded-button px-2.5 py-1.5 text-dense text-ink-3 hover:bg-hover hover:text-ink aria-pressed:font-medium aria-pressed:text-ink coarse:min-h-11"
          >
            {LANGUAGES[each]}
          </button>
        ))}
      </nav>
    </div>
  );
}
