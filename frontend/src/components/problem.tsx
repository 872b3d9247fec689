import { CircleAlert, RotateCw } from "lucide-react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import { CopyButton } from "./copy-button";
import { Button } from "./ui/button";

/** The sentences of a problem in the person's language: what the server said where it speaks it, else ours for its code. */
export function useProblemText(): (problem: Pick<ApiProblem, "code" | "detail" | "status">) => string {
  const { t, i18n } = useTranslation();
  return (problem) => {
    if (problem.code === "unreachable") return t("problem.unreachable");
    if (problem.code === "unexpected_answer") return t("problem.unexpected", { status: problem.status });
    if (i18n.language === "en" && problem.detail !== "") return problem.detail;
    if (i18n.exists(problem.code, { ns: "errors" })) return i18n.t(problem.code, { ns: "errors" });
    return problem.detail || problem.code;
  };
}

/** What is wrong with each field of a form, by the names that the API has for them. */
export function fieldErrors(problem: ApiProblem | null): Readonly<Record<string, string>> {
  return Object.fromEntries(problem?.fields.map((fault) => [fault.field, fault.detail]) ?? []);
}

/** Why a write failed, beside what was pressed. Faults of `fields` that the form shows itself are left to it. */
export function ProblemNote({ problem, fields = [] }: { problem: ApiProblem | null; fields?: readonly string[] }) {
  const { t, i18n } = useTranslation();
  const say = useProblemText();
  if (problem === null) return null;
  const rest = problem.fields.filter((fault) => !fields.includes(fault.field));
  if (problem.fields.length > 0 && rest.length === 0) return null;
  return (
    <div role="alert" className="flex gap-2.5 rounded-card border border-bad-line bg-bad-soft px-3.5 py-3 text-dense text-bad-ink">
      <CircleAlert aria-hidden size={16} className="mt-px shrink-0" />
      <div className="flex min-w-0 flex-col gap-1">
        <p>{say(problem)}</p>
        {rest.length > 0 && problem.code === "invalid_fields" && (
          <ul>
            {rest.map((fault) => (
              <li key={`${fault.field} ${fault.code}`}>
                <code className="font-mono text-code">{fault.field}</code> {fault.detail}
              </li>
            ))}
          </ul>
        )}
        {i18n.language !== "en" && problem.detail !== "" && problem.detail !== say(problem) && (
          <details lang="en">
            <summary>{t("problem.details")}</summary>
            {problem.detail}
          </details>
        )}
        <RequestId id={problem.requestId} />
      </div>
    </div>
  );
}

/** What could not be read, in the place where it would be: what failed, what to do, and the id to ask with. */
export function ErrorState({ what, error, onRetry }: { what: string; error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const say = useProblemText();
  const problem = error instanceof ApiProblem ? error : null;
  return (
    <div role="alert" className="flex flex-col items-start gap-3 p-4 text-dense text-ink-2">
      <p className="flex gap-2 font-medium text-ink">
        <CircleAlert aria-hidden size={16} className="mt-px shrink-0 text-bad-ink" />
        {what}
      </p>
      <p>{problem === null ? t("problem.page") : say(problem)}</p>
      <RequestId id={problem?.requestId ?? null} />
      {onRetry && (
        <Button small icon={RotateCw} onClick={onRetry}>
          {t("try_again")}
        </Button>
      )}
    </div>
  );
}

function RequestId({ id }: { id: string | null }) {
  const { t } = useTranslation();
  if (id === null) return null;
  return (
    <p className="flex flex-wrap items-center gap-1 text-small">
      {t("problem.request_id")} <code className="font-mono text-small">{id}</code>
      <CopyButton text={id} label={t("problem.copy_id")} iconOnly />
    </p>
  );
}
