const IN_SHORT = ["chat", "embeddings", "vision", "function_calling", "reasoning", "audio_input", "audio_output"];

/** What of a model's abilities is worth a line: what people choose models by. */
export function abilitiesInShort(model: { operations: readonly string[]; capabilities: Readonly<Record<string, boolean>> }): string[] {
  return IN_SHORT.filter((name) => model.operations.includes(name) || model.capabilities[name] === true);
}
