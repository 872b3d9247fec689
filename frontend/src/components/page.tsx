import { clsx } from "clsx";
import { useEffect, useRef, type ReactNode } from "react";

import { usePlaceName } from "./breadcrumbs";

interface PageProps {
  /** The one heading of the first level; on phones the bar above shows it already where it is the place's name. */
  title: ReactNode;
  /** The page's name in the window's title, where the heading is no plain text. */
  name?: string;
  says?: ReactNode;
  actions?: ReactNode;
  /** `form` for one column of at most 640 px; `canvas` for all there is, without a heading to be seen. */
  width?: "full" | "form" | "canvas";
  children: ReactNode;
}

/** A page within the shell. Whoever comes here by a link inside of the portal hears its heading first. */
export function Page({ title, name, says, actions, width = "full", children }: PageProps) {
  const place = usePlaceName();
  const heading = useRef<HTMLHeadingElement>(null);
  const named = name ?? (typeof title === "string" ? title : "");
  useEffect(() => {
    document.title = named === "" ? "ai-api" : `${named} · ai-api`;
  }, [named]);
  useEffect(() => {
    // Not at the first page of a visit: the browser reads that one by itself.
    if (document.activeElement === document.body && history.state !== null && performance.now() > 3_000) heading.current?.focus({ preventScroll: true });
  }, []);
  if (width === "canvas") {
    return (
      <>
        <h1 ref={heading} tabIndex={-1} className="sr-only">
          {title}
        </h1>
        {children}
      </>
    );
  }
  return (
    <div className={clsx("mx-auto flex w-full flex-col gap-4 px-4 py-5 md:px-7 md:py-5", width === "full" ? "max-w-[1212px]" : "max-w-[696px]")}>
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 ref={heading} tabIndex={-1} className={clsx("text-title phone:text-[1.25rem]", title === place && "phone:sr-only")}>
            {title}
          </h1>
          {says !== undefined && <p className="mt-1 max-w-[68ch] text-body text-ink-2">{says}</p>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
