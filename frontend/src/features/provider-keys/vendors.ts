/** What the form has to ask for a provider. Any other name is a server that speaks OpenAI's dialect. */
interface VendorAsk {
  name: string;
  /** It has no address of its own, so one is needed; this is what one looks like. */
  example?: string;
  /** It has dated versions of its API. */
  versions?: boolean;
}

const COMPATIBLE: VendorAsk = { name: "", example: "http://192.0.2.10:8000/v1" };

export const VENDORS: Readonly<Record<string, VendorAsk>> = {
  openai: { name: "OpenAI" },
  anthropic: { name: "Anthropic" },
  gemini: { name: "Google Gemini" },
  azure: { name: "Azure OpenAI", example: "https://my-resource.openai.azure.com", versions: true },
  bedrock: { name: "AWS Bedrock", example: "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1" },
  "bedrock-claude": { name: "AWS Bedrock, Claude", example: "https://bedrock-mantle.us-east-1.api.aws/anthropic" },
  vertex: { name: "Google Vertex AI", example: "https://us-central1-aiplatform.googleapis.com/v1/projects/my-project/locations/us-central1" },
  mistral: { name: "Mistral" },
  groq: { name: "Groq" },
  deepseek: { name: "DeepSeek" },
  xai: { name: "xAI" },
  openrouter: { name: "OpenRouter" },
  together: { name: "Together" },
  fireworks: { name: "Fireworks" },
  cerebras: { name: "Cerebras" },
  moonshot: { name: "Moonshot" },
  perplexity: { name: "Perplexity" },
  cohere: { name: "Cohere" },
};

/** What to ask for a provider by its name. */
export function vendorOf(provider: string): VendorAsk {
  return VENDORS[provider] ?? COMPATIBLE;
}
