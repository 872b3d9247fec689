import { useTranslation } from "react-i18next";

import type { EventShown } from "@/client/schema.gen";
import { Moment, Nothing } from "@/components/amounts";
import { CopyButton } from "@/components/copy-button";
import { PanelPart, SidePanel } from "@/components/side-panel";
import { useTrailWords } from "@/components/trail-words";
import { Button } from "@/components/ui/button";
import { Fact, Facts } from "@/components/ui/card";
import { namesOf } from "./about";
import type { AuditAsked } from "./api";
import { differencesOf } from "./differences";

interface EventPanelProps {
  event: EventShown;
  onAsk: (change: Partial<AuditAsked>) => void;
  onClose: () => void;
  onPrevious: (() => void) | null;
  onNext: (() => void) | null;
}

/** One administrative write, field by field before and after. Secrets are not in the record. */
export function EventPanel({ event, onAsk, ...panel }: EventPanelProps) {
  const { t } = useTranslation("audit");
  const words = useTrailWords();
  const names = namesOf(event);
  const differences = differencesOf(event.before, event.after);
  const { target_id: targetId, actor_member_id: actorId } = event;
  return (
    <SidePanel label={t("panel")} head={<span className="font-medium">{words.action(event.action)}</span>} {...panel}>
      <PanelPart>
        <Facts>
          <Fact label={t("column.when")}>
            <Moment at={event.at} />
          </Fact>
          <Fact label={t("column.actor")}>{t("actor_as", { name: event.actor_name, kind: words.actor(event.actor_kind) })}</Fact>
          <Fact label={t("column.address")}>{event.address ?? <Nothing />}</Fact>
          <Fact label={t("column.target")}>{names === "" ? <Nothing /> : names}</Fact>
          <Fact label={t("kind")}>{words.kind(event.target_kind)}</Fact>
          <Fact label={t("recorded_as")}>
            <code className="font-mono text-small break-all">{event.action}</code>
          </Fact>
          {targetId !== null && <Id label={t("set.target_id")} id={targetId} />}
          {event.request_id !== null && <Id label={t("request_id")} id={event.request_id} />}
        </Facts>
        <div className="mt-3 flex flex-wrap gap-2">
          {targetId !== null && (
            <Button small onClick={() => onAsk({ target_id: targetId })}>
              {t("all_of_target")}
            </Button>
          )}
          {actorId !== null && (
            <Button small onClick={() => onAsk({ actor_member_id: actorId })}>
              {t("all_of_actor")}
            </Button>
          )}
          <Button small onClick={() => onAsk({ action: event.action })}>
            {t("all_of_action")}
          </Button>
        </div>
      </PanelPart>
      <PanelPart title={event.before === null ? t("made") : event.after === null ? t("deleted") : t("changes")}>
        {differences.length === 0 ? (
          <p className="text-dense text-ink-2">{t("no_fields")}</p>
        ) : (
          <dl className="flex flex-col gap-2.5 text-dense">
            {differences.map((each) => (
              <div key={each.field}>
                <dt className="text-small text-ink-3">{each.field}</dt>
                {each.isChanged ? (
                  <>
                    {each.before !== undefined && (
                      <dd className="rounded-badge bg-bad-soft px-2 py-0.5 font-mono text-code break-all text-bad-ink">
                        <span className="sr-only">{t("before")}</span> {each.before}
                      </dd>
                    )}
                    {each.after !== undefined && (
                      <dd className="mt-0.5 rounded-badge bg-ok-soft px-2 py-0.5 font-mono text-code break-all text-ok-ink">
                        <span className="sr-only">{t("after")}</span> {each.after}
                      </dd>
                    )}
                  </>
                ) : (
                  <dd className="px-2 font-mono text-code break-all text-ink-2">{each.after}</dd>
                )}
              </div>
            ))}
          </dl>
        )}
      </PanelPart>
    </SidePanel>
  );
}

function Id({ label, id }: { label: string; id: string }) {
  const { t } = useTranslation("audit");
  return (
    <Fact label={label}>
      <span className="inline-flex items-center gap-1">
        <code className="font-mono text-small break-all">{id}</code>
        <CopyButton iconOnly text={id} label={t("copy", { what: label })} />
      </span>
    </Fact>
  );
}
