import { useQuery } from "@tanstack/react-query";
import { CircleHelp } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { memberQuery } from "@/client/names";
import { ErrorState } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { SkeletonRows } from "@/components/ui/skeleton";
import { explainQuery } from "./explain-api";
import { Explanation } from "./explanation";

interface ExplainNowProps {
  memberId: string;
  /** As the caller named it. */
  model: string;
  credentialId: string | undefined;
}

/** Whether the same call would be answered now, and what would mend it. Asked for by a press: a record says how it was. */
export function ExplainNow({ memberId, model, credentialId }: ExplainNowProps) {
  const { t } = useTranslation("people");
  const [isAsked, setAsked] = useState(false);
  const member = useQuery(memberQuery(memberId)).data;
  const { data, error, refetch } = useQuery({ ...explainQuery(memberId, model, credentialId), enabled: isAsked });
  if (!isAsked) {
    return (
      <Button small icon={CircleHelp} onClick={() => setAsked(true)}>
        {t("explain.now")}
      </Button>
    );
  }
  if (data === undefined) return error === null ? <SkeletonRows count={4} /> : <ErrorState what={t("explain.failed")} error={error} onRetry={() => void refetch()} />;
  return <Explanation name={member?.display_name ?? ""} explained={data} />;
}
