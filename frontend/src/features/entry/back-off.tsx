import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { ApiProblem } from "@/client/problem";
import { ProblemNote } from "@/components/problem";

/** Why signing in failed, and, after too many attempts, when the next one counts. */
export function EntryProblem({ problem, fields = [] }: { problem: ApiProblem | null; fields?: readonly string[] }) {
  return (
    <div className="flex flex-col gap-2">
      <ProblemNote problem={problem} fields={fields} />
      {problem?.code === "too_many_attempts" && problem.retryAfterS !== null && <Countdown key={problem.requestId} seconds={problem.retryAfterS} />}
    </div>
  );
}

function Countdown({ seconds }: { seconds: number }) {
  const { t } = useTranslation("entry");
  const [endsAt] = useState(() => Date.now() + seconds * 1000);
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil((endsAt - Date.now()) / 1000))), 500);
    return () => clearInterval(timer);
  }, [endsAt]);
  return (
    <p className="tabular text-dense text-ink-2">
      {left === 0 ? t("back_off.over") : t("back_off.wait", { minutes: Math.floor(left / 60), seconds: String(left % 60).padStart(2, "0") })}
    </p>
  );
}
