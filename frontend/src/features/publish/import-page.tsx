import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { ProviderKeyShown } from "@/client/schema.gen";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";
import { ErrorState } from "@/components/problem";
import { SearchField } from "@/components/search-field";
import { Button, buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Checkbox, Select, TextField } from "@/components/ui/field";
import { SkeletonRows } from "@/components/ui/skeleton";
import { discoveredQuery, inRegistryQuery, keysToPublishQuery, type ToPublish } from "./api";
import { Discovered } from "./discovered";
import { usePublishing } from "./publishing";

interface ImportAsked {
  key?: string | undefined;
  q?: string | undefined;
}

/** Publishing models of a provider: which, what they cost, and who may use them. */
export function ImportPage({ asked, onAsk }: { asked: ImportAsked; onAsk: (change: Partial<ImportAsked>) => void }) {
  const { t } = useTranslation("publish");
  const { data, error, refetch } = useQuery(keysToPublishQuery);
  const keys = data?.items ?? [];
  const chosen = keys.find((each) => each.id === asked.key);
  return (
    <Page title={t("title")} says={t("says")} actions={chosen && <SearchField label={t("search")} value={asked.q} onChange={(q) => onAsk({ q })} />}>
      {error !== null && data === undefined ? (
        <Card flush>
          <ErrorState what={t("keys_failed")} error={error} onRetry={() => void refetch()} />
        </Card>
      ) : data !== undefined && keys.length === 0 ? (
        <Card flush>
          <EmptyState
            says={t("no_keys")}
            action={
              <Link to="/admin/provider-keys/new" className={buttonClass("primary")}>
                {t("add_key")}
              </Link>
            }
          />
        </Card>
      ) : (
        <>
          <Card>
            <div className="max-w-[420px]">
              <Select label={t("key")} value={chosen?.id ?? ""} onChange={(event) => onAsk({ key: event.target.value === "" ? undefined : event.target.value, q: undefined })}>
                <option value="">{t("choose_key")}</option>
                {keys.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.name}
                  </option>
                ))}
              </Select>
            </div>
          </Card>
          {chosen && <Choosing key={chosen.id} providerKey={chosen} q={asked.q ?? ""} />}
        </>
      )}
    </Page>
  );
}

const USD = /^\d{1,9}(\.\d{1,9})?$/;

function Choosing({ providerKey, q }: { providerKey: ProviderKeyShown; q: string }) {
  const { t } = useTranslation("publish");
  const found = useQuery(discoveredQuery(providerKey.id));
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [everybody, setEverybody] = useState(false);
  const [chargeSuggested, setChargeSuggested] = useState(true);
  const [claimable, setClaimable] = useState(true);
  const [claimUsd, setClaimUsd] = useState("5.00");
  const publishing = usePublishing();
  const all = useMemo(() => found.data?.items ?? [], [found.data]);
  const shown = all.filter((each) => each.id.toLowerCase().includes(q.toLowerCase()));
  const chosen = all.filter((each) => ticked.has(each.id));
  const registry = useQueries({ queries: chosen.map((each) => inRegistryQuery(providerKey.provider, each.id)) });
  const known = new Map(chosen.map((each, index) => [each.id, registry[index]?.data]));
  const isAsking = registry.some((each) => each.isPending);
  const fault = !claimable || claimUsd.trim() === "" || USD.test(claimUsd.trim()) ? undefined : t("amount_wrong");
  if (found.error !== null && found.data === undefined) {
    return (
      <Card flush>
        <ErrorState what={t("discover_failed")} error={found.error} onRetry={() => void found.refetch()} />
      </Card>
    );
  }
  if (found.data === undefined) {
    return (
      <Card flush>
        <SkeletonRows count={8} />
      </Card>
    );
  }
  function begin() {
    const given = chosen.map(
      (upstream): ToPublish => ({
        providerKey,
        upstream,
        known: known.get(upstream.id) ?? null,
        everybody,
        chargeSuggested,
        claimable,
        claimUsd: claimUsd.trim() === "" ? null : claimUsd.trim(),
      }),
    );
    void publishing.begin(given);
  }
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_300px]">
      <Discovered
        models={shown}
        ticked={ticked}
        known={known}
        results={publishing.results}
        onTick={(id, on) => setTicked(new Set(on ? [...ticked, id] : [...ticked].filter((each) => each !== id)))}
      />
      <Card title={t("for_all")}>
        <div className="flex flex-col gap-4">
          <Select label={t("who")} value={everybody ? "open" : "restricted"} onChange={(event) => setEverybody(event.target.value === "open")}>
            <option value="restricted">{t("who_nobody")}</option>
            <option value="open">{t("who_everybody")}</option>
          </Select>
          <Checkbox label={t("charge")} checked={chargeSuggested} onChange={(event) => setChargeSuggested(event.target.checked)} />
          <Checkbox label={t("claimable")} checked={claimable} onChange={(event) => setClaimable(event.target.checked)} />
          {claimable && <TextField label={t("claim_limit")} hint={t("claim_hint")} error={fault} unit={t("usd")} inputMode="decimal" value={claimUsd} onChange={(event) => setClaimUsd(event.target.value)} />}
          <Button look="primary" busy={publishing.isBusy} disabled={chosen.length === 0 || isAsking || fault !== undefined} onClick={begin}>
            {t("publish", { count: chosen.length })}
          </Button>
          <p aria-live="polite" className="text-small text-ink-3">
            {publishing.isBusy ? t("progress", { done: publishing.results.size, all: chosen.length }) : isAsking ? t("asking") : t("publish_says")}
          </p>
        </div>
      </Card>
    </div>
  );
}
