import { Link, useMatches } from "@tanstack/react-router";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";

/** Where a page is: names from the outermost place to the page itself, all but the last with their address. */
export interface Crumb {
  name: string;
  to?: string;
}

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    /** The names of the page for the breadcrumbs, as keys of the shared messages; `from` a loader where a name is data. */
    crumbs?: readonly { text: `place.${string}`; to?: string }[];
  }
}

function useCrumbs(): readonly Crumb[] {
  const { t } = useTranslation();
  const matches = useMatches();
  const crumbs: Crumb[] = [];
  for (const match of matches) {
    for (const crumb of match.staticData.crumbs ?? []) {
      crumbs.push({ name: t(crumb.text as "place.home"), ...(crumb.to !== undefined && { to: crumb.to }) });
    }
    const data: unknown = match.loaderData;
    if (typeof data === "object" && data !== null && "crumb" in data && typeof data.crumb === "string") crumbs.push({ name: data.crumb });
  }
  return crumbs;
}

/** The name of the page, for the bar on phones. */
export function usePlaceName(): string {
  return useCrumbs().at(-1)?.name ?? "ai-api";
}

/** The way to this page. */
export function Breadcrumbs() {
  const { t } = useTranslation();
  const crumbs = useCrumbs();
  return (
    <nav aria-label={t("shell.breadcrumbs")} className="hidden min-w-0 md:block">
      <ol className="flex items-center gap-2.5 text-dense text-ink-3">
        {crumbs.map((crumb, index) => (
          <Fragment key={`${index} ${crumb.name}`}>
            {index > 0 && <li aria-hidden>/</li>}
            <li className="truncate" aria-current={index === crumbs.length - 1 ? "page" : undefined}>
              {crumb.to !== undefined && index < crumbs.length - 1 ? (
                <Link to={crumb.to} className="hover:text-ink">
                  {crumb.name}
                </Link>
              ) : (
                <span className={index === crumbs.length - 1 ? "font-medium text-ink" : undefined}>{crumb.name}</span>
              )}
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}
