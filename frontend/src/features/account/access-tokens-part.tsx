import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { AccessTokenMade, AccessTokenShown } from "@/client/schema.gen";
import { Moment } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { ErrorState, fieldErrors, ProblemNote } from "@/components/problem";
import { Secret } from "@/components/secret";
import { StatusBadge } from "@/components/status-badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmDialog, Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useFormat } from "@/lib/format";
import { useWrite } from "@/lib/writes";
import { accessTokensQuery, createAccessToken, revokeAccessToken } from "./api";

/** Access tokens: ways for programs to act as the member, with everything that the member may do. */
export function AccessTokensPart() {
  const { t } = useTranslation("account");
  const tokens = useQuery(accessTokensQuery);
  const [making, setMaking] = useState(false);
  // The secret of the one that was just made is here, and gone with the page.
  const [made, setMade] = useState<AccessTokenMade | null>(null);
  return (
    <>
      {made !== null && <Secret key={made.id} title={t("tokens.made", { name: made.name })} secret={made.secret} lost={t("tokens.leave_says")} />}
      <Card
        flush
        title={t("part.access-tokens")}
        aside={
          <Button small onClick={() => setMaking(true)}>
            {t("tokens.new")}
          </Button>
        }
      >
        <p className="border-b border-line px-4 py-3 text-dense text-ink-2">{t("tokens.says")}</p>
        {tokens.error !== null && tokens.data === undefined ? (
          <ErrorState what={t("tokens.failed")} error={tokens.error} onRetry={() => void tokens.refetch()} />
        ) : tokens.data === undefined ? (
          <SkeletonRows count={2} rowClass="h-14" />
        ) : tokens.data.items.length === 0 ? (
          <EmptyState says={t("tokens.empty")} />
        ) : (
          <ul className="divide-y divide-line">
            {tokens.data.items.map((token) => (
              <Token key={token.id} token={token} />
            ))}
          </ul>
        )}
      </Card>
      {making && (
        <NewToken
          onClose={() => setMaking(false)}
          onMade={(token) => {
            setMade(token);
            setMaking(false);
          }}
        />
      )}
    </>
  );
}

function stateOf(token: AccessTokenShown): "active" | "expired" | "revoked" {
  if (token.revoked_at !== null) return "revoked";
  return token.expires_at !== null && Date.parse(token.expires_at) <= Date.now() ? "expired" : "active";
}

function Token({ token }: { token: AccessTokenShown }) {
  const { t } = useTranslation("account");
  const format = useFormat();
  const [asking, setAsking] = useState(false);
  const write = useWrite({ write: revokeAccessToken, touches: ["access-tokens"], onDone: () => setAsking(false) });
  const state = stateOf(token);
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2 text-dense font-medium">
          {token.name} <StatusBadge state={`credential.${state}`} />
        </p>
        <p className="text-small text-ink-3">
          <code className="font-mono">{token.display}</code> · {token.last_used_at === null ? t("tokens.unused") : <Moment at={token.last_used_at} as="ago" />}
          {state === "active" && token.expires_at !== null && <> · {t("tokens.until", { day: format.day(token.expires_at) })}</>}
        </p>
      </div>
      {state === "active" && (
        <Button small look="destructive" onClick={() => setAsking(true)}>
          {t("tokens.revoke")}
        </Button>
      )}
      {asking && (
        <ConfirmDialog
          title={t("tokens.revoke_ask", { name: token.name })}
          verb={t("tokens.revoke")}
          busy={write.isPending}
          problem={write.problem}
          onClose={() => setAsking(false)}
          onConfirm={() => write.mutate(token.id)}
        >
          <p>{t("tokens.revoke_says")}</p>
        </ConfirmDialog>
      )}
    </li>
  );
}

function NewToken({ onClose, onMade }: { onClose: () => void; onMade: (token: AccessTokenMade) => void }) {
  const { t } = useTranslation(["account", "shared"]);
  const [name, setName] = useState("");
  const write = useWrite({ write: createAccessToken, touches: ["access-tokens"], onDone: onMade });
  return (
    <Dialog
      title={t("tokens.new")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("shared:cancel")}</Button>
          <Button look="primary" type="submit" form="new-token" busy={write.isPending}>
            {t("tokens.create")}
          </Button>
        </>
      }
    >
      <form
        id="new-token"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!write.isPending) write.mutate({ name });
        }}
      >
        <p>{t("tokens.new_says")}</p>
        <ProblemNote problem={write.problem} fields={["name"]} />
        <TextField label={t("tokens.name")} required value={name} error={fieldErrors(write.problem)["name"]} onChange={(event) => setName(event.target.value)} />
      </form>
    </Dialog>
  );
}
