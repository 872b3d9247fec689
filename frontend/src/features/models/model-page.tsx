import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { MessageSquare } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { MyModelShown, OwnAllocation } from "@/client/schema.gen";
import { useAbilities } from "@/components/abilities";
import { Slug, TokenCount } from "@/components/amounts";
import { CodeBlock } from "@/components/code-block";
import { LimitBar, useLimitWords } from "@/components/limit-bar";
import { Page } from "@/components/page";
import { ErrorState, ProblemNote } from "@/components/problem";
import { StatusBadge } from "@/components/status-badge";
import { Badge } from "@/components/ui/badge";
import { Button, buttonClass } from "@/components/ui/button";
import { Card, Fact, Facts } from "@/components/ui/card";
import { ConfirmDialog } from "@/components/ui/dialog";
import { Skeleton } from "@/components/ui/skeleton";
import { useToast } from "@/components/ui/toast";
import { example, exampleOperation, TOOL_NAMES, TOOLS, type Tool } from "@/lib/examples";
import { useWrite } from "@/lib/writes";
import { allocationQuery, modelQuery, moveAllocation } from "./api";
import { ClaimButton } from "./claim-button";
import { PricesCard } from "./prices";

interface ModelPageProps {
  slug: string;
  tool: Tool;
  onTool: (tool: Tool) => void;
  /** How the member used it, for whom it is theirs. */
  used: ReactNode;
}

/** One model: what it can do, how to call it, what it costs, and the member's right to it. */
export function ModelPage({ slug, tool, onTool, used }: ModelPageProps) {
  const { t } = useTranslation("models");
  const { data: model } = useSuspenseQuery(modelQuery(slug));
  const say = useAbilities();
  const abilities = [...model.operations, ...Object.keys(model.capabilities).filter((name) => model.capabilities[name])];
  return (
    <Page
      name={model.slug}
      title={<Slug slug={model.slug} />}
      says={model.description || model.display_name}
      actions={model.allocation === null && model.claimable ? <ClaimButton model={model} look="primary" small={false} /> : <TryIt model={model} />}
    >
      <ul className="flex flex-wrap gap-1.5">
        {abilities.map((name) => (
          <li key={name}>
            <Badge tint="neutral">{say(name)}</Badge>
          </li>
        ))}
      </ul>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_344px]">
        <div className="flex min-w-0 flex-col gap-3">
          <Card title={t("model.call")}>
            <CodeBlock
              label={t("model.call")}
              value={tool}
              onChange={onTool}
              snippets={TOOLS.map((each) => ({
                name: each,
                label: TOOL_NAMES[each],
                text: example(each, { origin: location.origin, model: model.slug, operation: exampleOperation(model.operations), key: null }),
              }))}
            />
          </Card>
          {model.allocation !== null && used}
        </div>
        <div className="flex flex-col gap-3">
          <MyAllocation model={model} />
          <PricesCard model={model} />
          <Card title={t("model.facts")}>
            <Facts>
              {model.context_tokens !== null && (
                <Fact label={t("model.context")}>
                  <TokenCount count={model.context_tokens} /> {t("model.tokens")}
                </Fact>
              )}
              {model.output_tokens_max !== null && (
                <Fact label={t("model.output_max")}>
                  <TokenCount count={model.output_tokens_max} /> {t("model.tokens")}
                </Fact>
              )}
              <Fact label={t("model.slug")}>
                <code className="font-mono text-code">{model.slug}</code>
              </Fact>
            </Facts>
          </Card>
        </div>
      </div>
    </Page>
  );
}

/** The way to the playground, for whom the model can be called. */
function TryIt({ model }: { model: MyModelShown }) {
  const { t } = useTranslation("models");
  if (model.allocation?.state !== "active") return null;
  return (
    <Link to="/playground" search={{ model: model.slug }} className={buttonClass("primary")}>
      <MessageSquare aria-hidden size={16} strokeWidth={1.75} />
      {t("model.try")}
    </Link>
  );
}

function MyAllocation({ model }: { model: MyModelShown }) {
  const { t } = useTranslation("models");
  const words = useLimitWords();
  if (model.allocation !== null) return <Allocated allocation={model.allocation} model={model.slug} />;
  return (
    <Card title={t("model.allocation")}>
      <p className="text-dense text-ink-2">
        {model.claimable
          ? model.default_limits.length === 0
            ? t("model.claim_free")
            : t("model.claim_under", { limits: model.default_limits.map((limit) => words.each(limit)).join(", ") })
          : model.why_not === "claim_locked"
            ? t("model.locked")
            : t("model.closed")}
      </p>
    </Card>
  );
}

function Allocated({ allocation, model }: { allocation: OwnAllocation; model: string }) {
  const { t } = useTranslation("models");
  const toast = useToast();
  const { data, error, refetch } = useQuery(allocationQuery(allocation.id));
  const [pausing, setPausing] = useState(false);
  const write = useWrite({
    write: moveAllocation,
    touches: ["models", "allocations", "me"],
    onDone: (_, { action }) => {
      setPausing(false);
      toast(action === "pause" ? t("model.paused", { model }) : t("model.resumed", { model }));
    },
  });
  const limited = data?.limits.filter((limit) => limit.limit !== null) ?? [];
  return (
    <Card title={t("model.allocation")} aside={<StatusBadge state={`allocation.${allocation.state}`} />}>
      <div className="flex flex-col gap-4">
        {error !== null && data === undefined && <ErrorState what={t("model.allocation_failed")} error={error} onRetry={() => void refetch()} />}
        {data === undefined && error === null && <Skeleton className="h-14" />}
        {limited.map((limit) => (
          <LimitBar key={limit.metric} name={limit.metric === "cost" ? t("model.cost") : t("model.tokens_used")} limit={limit} />
        ))}
        {data !== undefined && limited.length === 0 && <p className="text-dense text-ink-2">{t("no_limit")}</p>}
        {allocation.state_reason !== "" && <p className="text-dense text-ink-2">{t("model.reason", { reason: allocation.state_reason })}</p>}
        {allocation.state === "active" && (
          <Button small className="self-start" onClick={() => setPausing(true)}>
            {t("model.pause")}
          </Button>
        )}
        {allocation.state === "paused" &&
          (allocation.paused_by === "member" ? (
            <>
              <ProblemNote problem={write.problem} />
              <Button small className="self-start" busy={write.isPending} onClick={() => write.mutate({ id: allocation.id, action: "resume" })}>
                {t("model.resume")}
              </Button>
            </>
          ) : (
            <p className="text-dense text-ink-2">{t("model.paused_by_admin")}</p>
          ))}
      </div>
      {pausing && (
        <ConfirmDialog
          title={t("model.pause_ask", { model })}
          verb={t("model.pause")}
          busy={write.isPending}
          problem={write.problem}
          onClose={() => setPausing(false)}
          onConfirm={() => write.mutate({ id: allocation.id, action: "pause" })}
        >
          <p>{t("model.pause_says")}</p>
        </ConfirmDialog>
      )}
    </Card>
  );
}
