import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import { setDoorkeeper } from "@/client/client";
import { ProblemNote } from "@/components/problem";
import { Button, buttonClass } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { PasswordField, TextField } from "@/components/ui/field";
import { useWrite } from "@/lib/writes";
import { meQuery, methodsQuery, prove, signIn } from "./api";
import { useMe } from "./me";

type Asked = { what: "sign-in" | "prove"; answer: (done: boolean) => void };

/**
 * Asks who is there when a session is over, or has to be proved, above the page and whatever was typed into it. What was asked
 * for in the meantime is asked again then.
 */
export function Doorkeeper() {
  const [asked, setAsked] = useState<Asked | null>(null);
  const waiting = useRef<Promise<boolean> | null>(null);
  useEffect(() => {
    const ask = (what: Asked["what"]) => {
      waiting.current ??= new Promise<boolean>((resolve) => {
        setAsked({
          what,
          answer: (done) => {
            waiting.current = null;
            setAsked(null);
            resolve(done);
          },
        });
      });
      return waiting.current;
    };
    setDoorkeeper({ signInAgain: () => ask("sign-in"), prove: () => ask("prove") });
    return () => setDoorkeeper(null);
  }, []);
  if (asked === null) return null;
  return <Ask what={asked.what} onAnswer={asked.answer} />;
}

function Ask({ what, onAnswer }: { what: Asked["what"]; onAnswer: (done: boolean) => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const queries = useQueryClient();
  const methods = useQuery(methodsQuery);
  const [password, setPassword] = useState("");
  const elsewhere = useRef(false);
  const write = useWrite({
    write: async () => {
      if (what === "prove") return prove(password);
      await signIn({ identifier: me.identifier, password, next: null });
    },
    touches: [],
    onDone: () => onAnswer(true),
  });

  // Whoever signs in by a provider does so in another window, and comes back to this one.
  useEffect(() => {
    const look = async () => {
      if (!elsewhere.current) return;
      if (what === "prove") {
        onAnswer(true);
        return;
      }
      const found = await fetch("/api/me", { headers: { accept: "application/json" } });
      if (!found.ok) return;
      const { id } = (await found.json()) as { id: string };
      if (id !== me.id) {
        // Somebody else: nothing of what is on this page is theirs.
        location.assign("/app/");
        return;
      }
      await queries.refetchQueries({ queryKey: meQuery.queryKey });
      onAnswer(true);
    };
    const returned = () => void look();
    addEventListener("focus", returned);
    return () => removeEventListener("focus", returned);
  }, [what, me.id, queries, onAnswer]);

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    write.mutate(undefined);
  }

  return (
    <Dialog
      title={what === "sign-in" ? t("session.ended") : t("session.prove")}
      onClose={() => onAnswer(false)}
      actions={
        <Button look="primary" type="submit" form="doorkeeper" busy={write.isPending}>
          {what === "sign-in" ? t("session.sign_in") : t("session.confirm")}
        </Button>
      }
    >
      <form id="doorkeeper" onSubmit={submit} className="flex flex-col gap-4">
        <p>{what === "sign-in" ? t("session.ended_says") : t("session.prove_says")}</p>
        <TextField label={t("session.identifier")} value={me.identifier} readOnly autoComplete="username" />
        <PasswordField
          label={t("session.password")}
          value={password}
          required
          autoComplete="current-password"
          onChange={(event) => setPassword(event.target.value)}
        />
        <ProblemNote problem={write.problem} />
        {methods.data?.oidc.map((each) => (
          <a
            key={each.name}
            className={buttonClass()}
            target="_blank"
            onClick={() => {
              elsewhere.current = true;
            }}
            rel="noreferrer"
            href={`${each.start}?next=${encodeURIComponent("/app/")}${what === "prove" ? "&prove=true" : ""}`}
          >
            {t("session.with", { provider: each.label })}
          </a>
        ))}
      </form>
    </Dialog>
  );
}
