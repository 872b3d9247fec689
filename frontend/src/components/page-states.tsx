import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import { ErrorState } from "./problem";
import { Page } from "./page";
import { Skeleton, SkeletonRows } from "./ui/skeleton";
import { Card } from "./ui/card";

/** A page that could not be shown, within the shell: why, and the id to ask with. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  if (error instanceof ApiProblem && error.status === 404) return <PageNotFound />;
  return (
    <Page title={t("page.failed")}>
      <Card flush>
        <ErrorState
          what={t("page.failed_what")}
          error={error}
          onRetry={() => {
            reset();
            void router.invalidate();
          }}
        />
      </Card>
    </Page>
  );
}

/** A page that is not there, or not this member's to see: which of the two is not said. */
export function PageNotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("page.not_found")} says={t("page.not_found_says")}>
      <p>
        <Link to="/" className="font-medium text-accent-ink">
          {t("page.home")}
        </Link>
      </p>
    </Page>
  );
}

/** A page that is being read. */
export function PagePending() {
  return (
    <div aria-busy className="mx-auto flex w-full max-w-[1212px] flex-col gap-5 px-4 py-6 md:px-7">
      <Skeleton className="h-7 w-56" />
      <Card flush>
        <SkeletonRows count={6} />
      </Card>
    </div>
  );
}
