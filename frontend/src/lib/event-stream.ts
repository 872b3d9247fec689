/**
 * The `data` of each event of a stream, as soon as its event is complete; other fields and comments are passed over. An event that
 * the end cuts off is none. Whoever stops reading ends the stream.
 */
export async function* dataOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  let data: string[] = [];
  for await (const line of linesOf(body)) {
    if (line === "") {
      if (data.length > 0) yield data.join("\n");
      data = [];
    } else if (line.startsWith("data:")) {
      data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
    }
  }
}

// A line ends with CR, LF or both, and both may arrive in different pieces. The decoder takes a mark at the beginning away.
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const whole = done ? rest : rest.replace(/\r$/, "");
      const lines = whole.split(/\r\n|\r|\n/);
      const last = lines.pop() ?? "";
      yield* lines;
      if (done) return;
      rest = last + rest.slice(whole.length);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
