import { Send, Square } from "lucide-react";
import { useTranslation } from "react-i18next";

import { ProblemNote } from "@/components/problem";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/field";
import { useFormat } from "@/lib/format";
import type { Embeddings } from "./use-embeddings";
import { cosine, textsOf } from "./vectors";

const NUMBERS_SHOWN = 4;

interface EmbeddingsPartProps {
  written: string;
  onWritten: (written: string) => void;
  embeddings: Embeddings;
  blocked: string | null;
  onSend: () => void;
}

/** Texts become vectors: how long each is, how it begins, and how alike it is to the first. */
export function EmbeddingsPart({ written, onWritten, embeddings, blocked, onSend }: EmbeddingsPartProps) {
  const { t } = useTranslation("playground");
  const isReady = textsOf(written).length > 0 && blocked === null;
  return (
    <div className="flex flex-col gap-4">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !embeddings.isRunning) onSend();
        }}
      >
        <TextArea label={t("embed.texts")} hint={blocked ?? t("embed.hint")} rows={6} value={written} onChange={(event) => onWritten(event.target.value)} />
        {embeddings.isRunning ? (
          <Button icon={Square} className="self-start" onClick={embeddings.stop}>
            {t("composer.stop")}
          </Button>
        ) : (
          <Button look="primary" type="submit" icon={Send} className="self-start" disabled={!isReady}>
            {t("composer.send")}
          </Button>
        )}
      </form>
      {embeddings.problem !== null && (
        <div className="flex flex-col items-start gap-2">
          <Badge tint="bad" mono>
            {embeddings.problem.code}
          </Badge>
          <ProblemNote problem={embeddings.problem} />
        </div>
      )}
      {embeddings.found !== null && <Found found={embeddings.found} />}
    </div>
  );
}

function Found({ found }: { found: NonNullable<Embeddings["found"]> }) {
  const { t } = useTranslation("playground");
  const format = useFormat();
  const cell = "px-3 py-2 align-top";
  const [first = []] = found.vectors;
  return (
    // A table that is wider than a phone scrolls by itself, and a keyboard must be able to reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label={t("embed.found")} tabIndex={0} className="overflow-x-auto rounded-card border border-line bg-surface">
      <table className="tabular w-full text-dense">
        <thead className="border-b border-line text-left text-small text-ink-3">
          <tr>
            <th scope="col" className={cell}>{t("embed.text")}</th>
            <th scope="col" className={`${cell} text-right`}>{t("embed.dimensions")}</th>
            <th scope="col" className={cell}>{t("embed.begins")}</th>
            <th scope="col" className={`${cell} text-right`}>{t("embed.alike")}</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {found.vectors.map((vector, index) => (
            <tr key={index}>
              <th scope="row" className={`${cell} max-w-64 truncate text-left font-medium`}>{found.texts[index]}</th>
              <td className={`${cell} text-right`}>{format.count(vector.length)}</td>
              <td className={`${cell} font-mono text-code whitespace-nowrap text-ink-2`}>{vector.slice(0, NUMBERS_SHOWN).map((each) => each.toFixed(4)).join("  ")}</td>
              <td className={`${cell} text-right`}>{cosine(first, vector).toFixed(3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
