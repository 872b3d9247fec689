import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/client/problem";
import { Slug } from "@/components/amounts";
import { ProblemNote } from "@/components/problem";
import { Stops } from "@/components/stops";
import { Button } from "@/components/ui/button";
import { ConfirmDialog, Dialog } from "@/components/ui/dialog";
import { useWrite } from "@/lib/writes";
import { deleteTag, tagStopsQuery } from "./api";

/** Asks before a tag is deleted. One that something goes by is not: what that is stands there, with the way to it. */
export function DeleteTagDialog({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const { t } = useTranslation(["people", "shared"]);
  const navigate = useNavigate();
  const stops = useQuery(tagStopsQuery(id));
  const write = useWrite({
    write: async (given: string) => {
      await deleteTag(given);
      await navigate({ to: "/admin/tags" });
    },
    touches: ["admin"],
    onDone: onClose,
  });
  const refused = stops.error instanceof ApiProblem ? stops.error : write.problem;
  if (refused?.code === "tag_in_use") {
    return (
      <Dialog title={t("tags.in_use", { name })} onClose={onClose} actions={<Button onClick={onClose}>{t("shared:close")}</Button>}>
        <p>{t("tags.in_use_says")}</p>
        <Uses tagId={id} uses={usesOf(refused.details)} />
      </Dialog>
    );
  }
  return (
    <ConfirmDialog title={t("tags.delete_ask", { name })} verb={t("tags.delete")} busy={write.isPending} problem={write.problem} onClose={onClose} onConfirm={() => write.mutate(id)}>
      <p>{t("tags.delete_says")}</p>
      {refused === null ? <Stops stops={stops.data} /> : <ProblemNote problem={stops.error instanceof ApiProblem ? stops.error : null} />}
    </ConfirmDialog>
  );
}

interface TagUses {
  /** The first models whose policy names it, by slug, and how many there are. */
  models: string[];
  modelCount: number;
  limits: number;
  routes: number;
  rules: number;
}

function usesOf(details: ApiProblem["details"]): TagUses {
  const count = (name: string) => (typeof details[name] === "number" ? details[name] : 0);
  const models = Array.isArray(details["models"]) ? details["models"].filter((each) => typeof each === "string") : [];
  return { models, modelCount: count("model_count"), limits: count("limit_count"), routes: count("route_count"), rules: count("rule_count") };
}

function Uses({ tagId, uses }: { tagId: string; uses: TagUses }) {
  const { t } = useTranslation("people");
  const link = "font-medium text-accent-ink hover:underline";
  const rest = uses.modelCount - uses.models.length;
  return (
    <ul className="mt-3 flex flex-col gap-2 text-dense">
      {uses.modelCount > 0 && (
        <li>
          {t("tags.used.policies", { count: uses.modelCount })}
          <ul className="mt-1 flex flex-col gap-1 pl-4">
            {uses.models.map((slug) => (
              <li key={slug}>
                <Link to="/admin/models/$" params={{ _splat: slug }} className={link}>
                  <Slug slug={slug} />
                </Link>
              </li>
            ))}
            {rest > 0 && <li className="text-ink-3">{t("tags.used.more", { count: rest })}</li>}
          </ul>
        </li>
      )}
      {uses.limits > 0 && (
        <li>
          <Link to="/admin/limits" search={{ subject: "tag", id: tagId }} className={link}>
            {t("tags.used.limits", { count: uses.limits })}
          </Link>
        </li>
      )}
      {uses.rules > 0 && (
        <li>
          <Link to="/admin/tags/rules" className={link}>
            {t("tags.used.rules", { count: uses.rules })}
          </Link>
        </li>
      )}
      {uses.routes > 0 && <li>{t("tags.used.routes", { count: uses.routes })}</li>}
    </ul>
  );
}
