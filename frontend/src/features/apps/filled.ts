import type { MyModelShown } from "@/client/schema.gen";

/** What a configuration is filled in with; the secret is null where it is not known. */
export interface Filling {
  origin: string;
  secret: string | null;
  model: Pick<MyModelShown, "slug" | "display_name" | "capabilities" | "context_tokens" | "output_tokens_max"> | null;
}

// As the docs write a secret that the reader has to put in.
const UNKNOWN_SECRET = "sk-aiapi-…";
const LOOPBACK = /^(https?:\/\/)(?:localhost|127\.0\.0\.1|\[::1\])(?=:|$)/;
// What a file of any of these tools takes as it is.
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9 ._()+-]*$/;
const OUTPUT_TOKENS = 16_000;
const INPUT_TOKENS = 256_000;

/** A text of the docs with what it leaves open filled in. What it says of a model that is not there stays open. */
export function filled(text: string, { origin, secret, model }: Filling): string {
  const outputMax = model?.output_tokens_max ?? OUTPUT_TOKENS;
  const values: Record<string, string> = {
    origin,
    container: origin.replace(LOOPBACK, "$1host.docker.internal"),
    key: secret ?? UNKNOWN_SECRET,
    ...(model !== null && {
      model: model.slug,
      name: PLAIN_NAME.test(model.display_name) ? model.display_name : model.slug,
      vision: String(model.capabilities["vision"] === true),
      output_max: String(outputMax),
      input_max: String(model.context_tokens === null ? INPUT_TOKENS : Math.max(1, model.context_tokens - outputMax)),
    }),
  };
  return text.replaceAll(/\{\{([a-z_]+)\}\}/g, (whole, name: string) => values[name] ?? whole);
}
