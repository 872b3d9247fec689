import { clsx } from "clsx";
import { Fragment, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { CopyButton } from "./copy-button";
import { Tabs } from "./ui/tabs";

/** One way to write the same thing. `secret` is marked where it stands in the text. */
export interface Snippet<Name extends string> {
  name: Name;
  label: string;
  text: string;
}

interface CodeBlockProps<Name extends string> {
  label: string;
  snippets: readonly Snippet<Name>[];
  value: Name;
  onChange: (name: Name) => void;
  secret?: string | null;
}

/** Code with a tab per way to write it, and a button that copies exactly what stands there, unwrapped. */
export function CodeBlock<Name extends string>({ label, snippets, value, onChange, secret = null }: CodeBlockProps<Name>) {
  const { t } = useTranslation();
  const shown = snippets.find((each) => each.name === value) ?? snippets[0];
  const code = useRef<HTMLElement>(null);
  if (shown === undefined) return null;
  return (
    <div className="overflow-hidden rounded-card border border-line bg-sunken">
      <Tabs
        look="box"
        label={label}
        value={shown.name}
        onChange={onChange}
        aside={<CopyButton text={shown.text} label={t("copy_code")} source={code} />}
        tabs={snippets.map((each) => ({ name: each.name, label: each.label, content: <Code text={each.text} secret={secret} element={code} /> }))}
      />
    </div>
  );
}

/** One piece of code under its title, with a button that copies it. A title that names a file is written as one. */
export function CodeWithCopy({ title, isFile = false, text, secret = null }: { title: string; isFile?: boolean; text: string; secret?: string | null }) {
  const { t } = useTranslation();
  const code = useRef<HTMLElement>(null);
  return (
    <div className="overflow-hidden rounded-card border border-line bg-sunken">
      <div className="flex items-center justify-between gap-2 border-b border-line p-1.5">
        <span className={clsx("min-w-0 truncate px-2.5 text-small text-ink-3", isFile && "font-mono")}>{title}</span>
        <CopyButton text={text} label={t("copy_code")} source={code} />
      </div>
      <Code text={text} label={title === "" ? undefined : title} secret={secret} element={code} />
    </div>
  );
}

/** The code alone. */
export function Code({ text, label, secret = null, element }: { text: string; label?: string | undefined; secret?: string | null; element?: React.RefObject<HTMLElement | null> }) {
  const { t } = useTranslation();
  return (
    // Long lines scroll in a region of their own, which a keyboard must be able to reach.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre role="region" aria-label={label ?? t("code")} tabIndex={0} className="overflow-x-auto px-4 py-3.5 font-mono text-code -outline-offset-2 phone:text-[0.72rem] phone:whitespace-pre-wrap">
      <code ref={element}>{marked(text, secret)}</code>
    </pre>
  );
}

const TOKENS = /("(?:[^"\\\n]|\\.)*"|'[^']*')|(^|(?<=\s))(curl|export|from|import|const|new|await|print|setx|claude|codex)\b|(#[^\n]*$)/gm;

function marked(text: string, secret: string | null): ReactNode {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const found of text.matchAll(TOKENS)) {
    parts.push(withSecret(text.slice(at, found.index), secret));
    const look = found[1] !== undefined ? "text-ok-ink" : found[4] !== undefined ? "text-ink-3" : "text-hold-ink";
    parts.push(<span className={look}>{withSecret(found[0], secret)}</span>);
    at = found.index + found[0].length;
  }
  parts.push(withSecret(text.slice(at), secret));
  return parts.map((part, index) => <Fragment key={index}>{part}</Fragment>);
}

function withSecret(text: string, secret: string | null): ReactNode {
  if (secret === null || !text.includes(secret)) return text;
  const [before = "", ...rest] = text.split(secret);
  return (
    <>
      {before}
      <mark className={clsx("rounded-badge bg-warn-soft text-warn-ink")}>{secret}</mark>
      {rest.join(secret)}
    </>
  );
}
