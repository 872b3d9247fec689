import type { MyModelShown } from "@/client/schema.gen";
import { Guide } from "@/components/guide";
import type { AppId } from "./apps";
import { GuideSteps } from "./guide-steps";

/** How an app is set up by hand for a model, with the secret in it where it is known. */
export function Configuration({ id, model, secret }: { id: AppId; model: MyModelShown; secret: string | null }) {
  if (id === "python" || id === "javascript" || id === "curl") return <Guide model={model.slug} operations={model.operations} secret={secret} only={id} />;
  return <GuideSteps id={id} filling={{ origin: location.origin, secret, model }} />;
}
