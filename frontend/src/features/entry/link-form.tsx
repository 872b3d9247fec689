import { useQuery } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { AiApiPortalAuthLinksLinkShown as LinkShown } from "@/client/schema.gen";
import { NewPassword } from "@/components/new-password";
import { ErrorState, fieldErrors } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import { followLink, lookAtLink } from "@/session/api";
import { EntryProblem } from "./back-off";
import { useEnter } from "./enter";
import { Frame } from "./frame";

/** Whom a link is for, by its secret. That is in no key of the cache; a page of another link has a key of its own. */
export function useLink(secret: string) {
  return useQuery({ queryKey: ["link", useId()], queryFn: () => lookAtLink(secret), retry: false, gcTime: 0, staleTime: Infinity });
}

interface LinkFormProps {
  kind: "invitation" | "reset";
  secret: string;
  title: string;
  says: (link: LinkShown) => ReactNode;
  verb: string;
}

/** The page of a link by which somebody chooses a password. */
export function LinkForm({ kind, secret, title, says, verb }: LinkFormProps) {
  const { t } = useTranslation("entry");
  const link = useLink(secret);
  const [password, setPassword] = useState("");
  const enter = useEnter((given: { secret: string; password: string }) => followLink(kind, given));
  if (link.isError) {
    return (
      <Frame title={t("link.over")} says={t(`link.over_says.${kind}`)}>
        <ErrorState what={t("link.refused")} error={link.error} />
      </Frame>
    );
  }
  if (link.data === undefined) {
    return (
      <Frame title={title}>
        <Skeleton className="h-40" />
      </Frame>
    );
  }
  return (
    <Frame title={title} says={says(link.data)}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!enter.isPending) enter.mutate({ secret, password });
        }}
      >
        <EntryProblem problem={enter.problem} fields={["password"]} />
        <TextField label={t("identifier")} value={link.data.identifier ?? ""} readOnly autoComplete="username" />
        <NewPassword value={password} onChange={setPassword} error={fieldErrors(enter.problem)["password"]} />
        <Button type="submit" look="primary" busy={enter.isPending}>
          {verb}
        </Button>
      </form>
    </Frame>
  );
}
