import { ArrowDown, ChevronDown, Code2, Eraser, SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { MyModelShown } from "@/client/schema.gen";
import { Slug } from "@/components/amounts";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";
import { Button, IconButton } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { useFormat } from "@/lib/format";
import { formatUsd } from "@/lib/money";
import { TOOL_NAMES, TOOLS, type Called, type Tool } from "@/lib/examples";
import { CodeSheet } from "./code-sheet";
import { Composer } from "./composer";
import { AS_THE_MODEL_DOES, askedOf, totalsOf, withoutBytes, type Question } from "./conversation";
import { EmbeddingsPart } from "./embeddings-part";
import { ChoicesPart, covers, ParametersPart, parametersOf, type Choices } from "./settings";
import { TotalsPart } from "./totals-part";
import { TurnView } from "./turn-view";
import { useConversation } from "./use-conversation";
import { useEmbeddings } from "./use-embeddings";
import { useFollow } from "./use-follow";
import { useRecords } from "./use-records";
import { textsOf } from "./vectors";

const EMPTY: Question = { text: "", pictures: [] };

type PlaygroundProps = Choices & {
  /** The model that the address names and the member cannot see. */
  unknown: string | null;
  /** Whether another model was chosen, and is not known yet. */
  isChanging: boolean;
};

/** A model, tried in the browser: what is asked is a call like any other, billed to the credential that is chosen. */
export function PlaygroundPage(props: PlaygroundProps) {
  const { t } = useTranslation("playground");
  const { model, credential } = props;
  const conversation = useConversation();
  const embeddings = useEmbeddings();
  const [parameters, setParameters] = useState(AS_THE_MODEL_DOES);
  const [draft, setDraft] = useState(EMPTY);
  const [written, setWritten] = useState("");
  const [sheet, setSheet] = useState<"settings" | Tool | null>(null);
  const { isAway, toEnd } = useFollow();

  const calls = [
    ...conversation.turns.map((turn) => ({ callId: turn.callId, usage: turn.answer.usage, isRunning: turn.state === "answering" })),
    ...embeddings.calls.map((callId) => ({ callId, usage: null, isRunning: false })),
  ];
  const recordOf = useRecords(calls);
  const totals = totalsOf(calls, recordOf);
  const isChat = model === null || model.operations.includes("chat");
  const blocked = useBlocked(props);
  const who = model !== null && credential !== null && blocked === null ? { model: model.slug, credentialId: credential.id, parameters: parametersOf(model, parameters) } : null;
  const pictured = model?.capabilities["vision"] === true ? draft : { ...draft, pictures: [] };

  function send() {
    if (who === null) return;
    conversation.send({ ...who, question: pictured });
    setDraft(EMPTY);
    toEnd();
  }

  const settings = (
    <>
      <ChoicesPart {...props} />
      {isChat && model !== null && <ParametersPart model={model} parameters={parameters} onChange={setParameters} />}
    </>
  );
  const code = model !== null && (sheet === "curl" || sheet === "python" || sheet === "javascript") && (
    <CodeSheet
      tool={sheet}
      call={codeOf(model, isChat ? askedOf(conversation.turns, draft.text === "" ? null : pictured, parametersOf(model, parameters)) : { input: textsOf(written) })}
      hasPictures={draft.pictures.length > 0 || conversation.turns.some((turn) => turn.question.pictures.length > 0)}
      onClose={() => setSheet(null)}
    />
  );

  return (
    <Page title={t("title")} width="canvas">
      <div className="-mb-8 flex phone:-mb-24">
        <div className="flex min-h-[calc(100dvh-53px)] min-w-0 grow flex-col phone:min-h-[calc(100dvh-55px)] phone:pb-14">
          <NarrowBar model={model} left={props.left} onSettings={() => setSheet("settings")} onCode={() => setSheet("curl")} />
          <div className="mx-auto flex w-full max-w-[796px] grow flex-col gap-6 px-4 pt-6 pb-4 md:px-7">
            {props.unknown !== null && <p role="alert" className="rounded-card border border-warn-line bg-warn-soft px-3.5 py-3 text-dense text-warn-ink">{t("unknown", { model: props.unknown })}</p>}
            {!isChat ? (
              <EmbeddingsPart
                written={written}
                onWritten={setWritten}
                embeddings={embeddings}
                blocked={blocked}
                onSend={() => who !== null && embeddings.send({ ...who, texts: textsOf(written) })}
              />
            ) : conversation.turns.length === 0 ? (
              <div className="my-auto">
                <EmptyState says={blocked ?? t("empty")} />
              </div>
            ) : (
              <ol className="flex flex-col gap-6">
                {conversation.turns.map((turn, index) => (
                  <TurnView
                    key={turn.id}
                    turn={turn}
                    record={turn.callId === null ? undefined : recordOf(turn.callId)}
                    onAgain={index === conversation.turns.length - 1 && who !== null ? () => conversation.again(who) : null}
                  />
                ))}
              </ol>
            )}
          </div>
          {isChat && (
            <div className="sticky bottom-0 mx-auto w-full max-w-[796px] bg-canvas px-4 pb-4 md:px-7 phone:bottom-14 phone:pb-3">
              {isAway && conversation.turns.length > 0 && (
                <Button small icon={ArrowDown} onClick={toEnd} className="absolute -top-10 left-1/2 -translate-x-1/2">
                  {t("to_end")}
                </Button>
              )}
              <Composer
                draft={draft}
                onDraft={setDraft}
                takesPictures={model?.capabilities["vision"] === true}
                isAnswering={conversation.isAnswering}
                blocked={blocked}
                onSend={send}
                onStop={conversation.stop}
              />
            </div>
          )}
        </div>
        <aside aria-label={t("settings")} className="sticky top-[53px] hidden h-[calc(100dvh-53px)] w-[308px] shrink-0 flex-col gap-5 overflow-y-auto border-l border-line bg-surface px-5 py-5 lg:flex">
          {settings}
          <hr className="border-line" />
          <TotalsPart totals={totals} />
          <ClearButton conversation={conversation} />
          <hr className="border-line" />
          <section className="flex flex-col gap-2">
            <h2 className="text-dense font-semibold">{t("code.heading")}</h2>
            <div className="flex flex-wrap gap-2">
              {TOOLS.map((tool) => (
                <Button key={tool} small disabled={model === null} onClick={() => setSheet(tool)}>
                  {TOOL_NAMES[tool]}
                </Button>
              ))}
            </div>
          </section>
        </aside>
      </div>
      {sheet === "settings" && (
        <Dialog title={t("settings")} onClose={() => setSheet(null)}>
          <div className="flex flex-col gap-5">
            {settings}
            <TotalsPart totals={totals} />
            <ClearButton conversation={conversation} />
          </div>
        </Dialog>
      )}
      {code}
      <Announcement state={conversation.turns.at(-1)?.state} />
    </Page>
  );
}

/** Why nothing can be asked; null where it can. */
function useBlocked({ model, credential, credentials, isChanging }: PlaygroundProps): string | null {
  const { t } = useTranslation("playground");
  if (isChanging) return t("blocked.changing");
  if (model === null) return t("blocked.model");
  if (credentials.length === 0) return t("blocked.credential");
  if (credential === null) return t("blocked.choose");
  return covers(credential, model) ? null : t("choose.out_of_scope");
}

function codeOf(model: MyModelShown, asked: Record<string, unknown>): Called {
  const isChat = model.operations.includes("chat");
  const said = isChat ? (asked["messages"] as { role: string }[]).some((message) => message.role === "user") : (asked["input"] as string[]).length > 0;
  const call: Called = { origin: location.origin, model: model.slug, operation: isChat ? "chat" : "embeddings", key: null };
  // Before anything was asked: the call that every other page shows.
  return said ? { ...call, asked: withoutBytes(asked) } : call;
}

/** Where there is no room beside the conversation: which model it is, and the way to everything else. */
function NarrowBar({ model, left, onSettings, onCode }: Pick<Choices, "model" | "left"> & { onSettings: () => void; onCode: () => void }) {
  const { t } = useTranslation("playground");
  const format = useFormat();
  return (
    <div className="sticky top-[53px] z-[5] flex items-center justify-between gap-2 border-b border-line bg-canvas px-4 py-1 md:px-7 lg:hidden phone:top-[55px]">
      <button type="button" onClick={onSettings} className="flex min-h-9 min-w-0 items-center gap-2 rounded-button text-dense hover:text-ink coarse:min-h-11">
        <span className="truncate">{model === null ? t("choose.model") : <Slug slug={model.slug} />}</span>
        <ChevronDown aria-hidden size={15} className="shrink-0 text-ink-3" />
      </button>
      <span className="tabular flex shrink-0 items-center text-small text-ink-3">
        {left !== null && <span className="mr-1">{t("bar.left", { amount: left.metric === "cost" ? formatUsd(String(left.left ?? 0)) : format.short(Number(left.left ?? 0)) })}</span>}
        <IconButton icon={Code2} label={t("code.title")} disabled={model === null} onClick={onCode} />
        <IconButton icon={SlidersHorizontal} label={t("settings")} onClick={onSettings} />
      </span>
    </div>
  );
}

function ClearButton({ conversation }: { conversation: ReturnType<typeof useConversation> }) {
  const { t } = useTranslation("playground");
  if (conversation.turns.length === 0) return null;
  return (
    <Button small icon={Eraser} className="self-start" onClick={conversation.clear}>
      {t("clear")}
    </Button>
  );
}

/** Says that an answer began and ended, and not each of its words. */
function Announcement({ state }: { state: "answering" | "done" | "stopped" | "failed" | undefined }) {
  const { t } = useTranslation("playground");
  return (
    <p role="status" className="sr-only">
      {state === undefined ? "" : t(`state.${state}`)}
    </p>
  );
}
