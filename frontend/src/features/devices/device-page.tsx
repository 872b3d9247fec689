import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { DeviceShown } from "@/client/schema.gen";
import { ApiProblem } from "@/client/problem";
import { Page } from "@/components/page";
import { ErrorState } from "@/components/problem";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { TextField } from "@/components/ui/field";
import { SkeletonRows } from "@/components/ui/skeleton";
import { deviceQuery } from "./api";
import { DeviceDecision } from "./device-decision";

const COLLECTED_EVERY_MS = 2_000;

/** A program asks for a credential: the code it shows is typed here, or comes with the address, and the member decides. */
export function DevicePage({ code, onCode }: { code: string | undefined; onCode: (code: string | undefined) => void }) {
  const { t } = useTranslation("devices");
  return (
    <Page title={t("title")} says={t("says")} width="form">
      {code === undefined ? <CodeForm onCode={onCode} /> : <Asked key={code} code={code} onCode={onCode} />}
    </Page>
  );
}

function CodeForm({ onCode }: { onCode: (code: string) => void }) {
  const { t } = useTranslation("devices");
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  return (
    <Card>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === "") setTried(true);
          else onCode(typed.trim());
        }}
      >
        <TextField
          label={t("code")}
          hint={t("code_hint")}
          error={tried && typed.trim() === "" ? t("code_missing") : undefined}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          maxLength={32}
          autoComplete="one-time-code"
          autoCapitalize="characters"
          spellCheck={false}
          className="font-mono"
        />
        <Button type="submit" look="primary" className="self-start phone:w-full">
          {t("continue")}
        </Button>
      </form>
    </Card>
  );
}

function Asked({ code, onCode }: { code: string; onCode: (code: string | undefined) => void }) {
  const { t } = useTranslation("devices");
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    ...deviceQuery(code),
    // Until the program has what it was allowed.
    refetchInterval: (query) => (query.state.data?.state === "approved" ? COLLECTED_EVERY_MS : false),
  });
  const again = <Button onClick={() => onCode(undefined)}>{t("another")}</Button>;
  if (data === undefined) {
    if (error === null) {
      return (
        <Card flush>
          <SkeletonRows count={6} />
        </Card>
      );
    }
    const isUnknown = error instanceof ApiProblem && error.status === 404;
    return (
      <Card flush>
        <ErrorState what={isUnknown ? t("unknown") : t("failed")} error={error} {...(!isUnknown && { onRetry: () => void refetch() })} />
        <div className="px-4 pb-4">{again}</div>
      </Card>
    );
  }
  if (data.state !== "pending") return <Answered device={data} again={again} />;
  return <DeviceDecision device={data} onDecided={(decided) => queries.setQueryData(deviceQuery(code).queryKey, decided)} />;
}

function Answered({ device, again }: { device: DeviceShown; again: ReactNode }) {
  const { t } = useTranslation("devices");
  const state = device.state as Exclude<DeviceShown["state"], "pending">;
  return (
    <Card title={t(`answered.${state}`, { program: device.client_id })}>
      <div role="status" className="flex flex-col items-start gap-4">
        <p className="text-body text-ink-2">{t(`answered.${state}_says`)}</p>
        {state !== "approved" && again}
      </div>
    </Card>
  );
}
