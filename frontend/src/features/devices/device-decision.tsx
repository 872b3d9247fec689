import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { DeviceShown, MyIssue } from "@/client/schema.gen";
import { Moment, Nothing, Slug } from "@/components/amounts";
import { fieldErrors, ProblemNote } from "@/components/problem";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, Fact, Facts } from "@/components/ui/card";
import { Checkbox, Select, TextField } from "@/components/ui/field";
import { useFormat } from "@/lib/format";
import { useWrite } from "@/lib/writes";
import { approve, deny } from "./api";

const DAY_MS = 86_400_000;
const LIVES = ["usual", "7", "30", "90", "365"] as const;
type Lives = (typeof LIVES)[number];

/** What asks, from where and when; what it may call, under which name and until when; and the two answers. */
export function DeviceDecision({ device, onDecided }: { device: DeviceShown; onDecided: (device: DeviceShown) => void }) {
  const { t } = useTranslation("devices");
  const format = useFormat();
  const [name, setName] = useState(device.suggested_name);
  const [chosen, setChosen] = useState(() => device.models.filter((model) => model.fits).map((model) => model.allocation_id));
  const [lives, setLives] = useState<Lives>("usual");
  const allowing = useWrite({ write: approve, touches: ["credentials"], onDone: onDecided });
  const denying = useWrite({ write: deny, touches: [], onDone: onDecided });
  const isBusy = allowing.isPending || denying.isPending;
  const noName = name.trim() === "";

  function allow() {
    if (isBusy || noName || chosen.length === 0) return;
    const given: MyIssue = { name: name.trim(), allocation_ids: chosen, expires_at: expiryOf(lives, device.suggested_expires_at) };
    allowing.mutate({ code: device.user_code, given });
  }

  return (
    <>
      <WhatAsks device={device} />
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          allow();
        }}
      >
        <Card title={t("gets")}>
          <div className="flex flex-col gap-5">
            <fieldset className="flex flex-col">
              <legend className="mb-1 text-dense font-medium">{t("models")}</legend>
              {device.models.length === 0 && <p className="text-dense text-ink-2">{t("no_models")}</p>}
              {device.models.map((model) => (
                <Checkbox
                  key={model.allocation_id}
                  label={<Slug slug={model.slug} />}
                  note={model.fits ? undefined : <span className="text-small">{t("does_not_fit")}</span>}
                  checked={chosen.includes(model.allocation_id)}
                  onChange={(event) => setChosen(event.target.checked ? [...chosen, model.allocation_id] : chosen.filter((each) => each !== model.allocation_id))}
                />
              ))}
              {device.models.length > 0 && chosen.length === 0 && <p className="text-small text-bad-ink">{t("choose_one")}</p>}
            </fieldset>
            <TextField
              label={t("name")}
              hint={t("name_hint")}
              error={noName ? t("name_missing") : fieldErrors(allowing.problem)["name"]}
              value={name}
              maxLength={100}
              onChange={(event) => setName(event.target.value)}
            />
            <Select label={t("expires")} value={lives} onChange={(event) => setLives(LIVES.find((each) => each === event.target.value) ?? "usual")}>
              {LIVES.map((each) => (
                <option key={each} value={each}>
                  {each !== "usual"
                    ? t("days", { count: Number(each) })
                    : device.suggested_expires_at === null
                      ? t("usual_never")
                      : t("usual", { day: format.day(device.suggested_expires_at) })}
                </option>
              ))}
            </Select>
          </div>
        </Card>
        <ProblemNote problem={allowing.problem ?? denying.problem} fields={["name"]} />
        <div className="flex gap-2 phone:sticky phone:bottom-[72px] phone:-mx-4 phone:border-t phone:border-line phone:bg-canvas phone:p-4">
          <Button type="submit" look="primary" busy={allowing.isPending} disabled={noName || chosen.length === 0} className="phone:grow">
            {t("approve")}
          </Button>
          <Button look="destructive" busy={denying.isPending} className="phone:grow" onClick={() => !isBusy && denying.mutate(device.user_code)}>
            {t("deny")}
          </Button>
        </div>
      </form>
    </>
  );
}

function WhatAsks({ device }: { device: DeviceShown }) {
  const { t } = useTranslation("devices");
  return (
    <Card title={t("asks", { program: device.client_id })} aside={<code className="font-mono text-code">{device.user_code}</code>}>
      <Facts>
        <Fact label={t("device")}>{device.device_name ?? <Nothing />}</Fact>
        <Fact label={t("address")}>
          <span className="inline-flex flex-wrap items-center justify-end gap-2">
            {device.address ?? <Nothing />}
            <Badge tint={device.same_network ? "neutral" : "warn"}>{device.same_network ? t("same_network") : t("other_network")}</Badge>
          </span>
        </Fact>
        <Fact label={t("asked_at")}>
          <Moment at={device.requested_at} as="ago" />
        </Fact>
        <Fact label={t("until")}>
          <Moment at={device.expires_at} as="time" />
        </Fact>
        <Fact label={t("user_agent")}>
          <span className="break-all">{device.user_agent || <Nothing />}</span>
        </Fact>
      </Facts>
      <p className="mt-4 rounded-button border border-warn-line bg-warn-soft px-3 py-2 text-dense text-warn-ink">
        <strong className="font-semibold">{t("yourself")}</strong> {t("yourself_says")}
      </p>
    </Card>
  );
}

function expiryOf(lives: Lives, suggested: string | null): string | null {
  return lives === "usual" ? suggested : new Date(Date.now() + Number(lives) * DAY_MS).toISOString();
}
