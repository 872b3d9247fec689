import { describe, expect, it } from "vitest";

import { dataOf } from "./event-stream";

const STREAM = '\uFEFFdata: {"a":"你好 🙂"}\r\n\r\n: comment\nevent: x\ndata:one\ndata: two\n\nid: 1\n\rdata: last\r\rdata: cut off';
const EVENTS = ['{"a":"你好 🙂"}', "one\ntwo", "last"];

function streamOf(bytes: Uint8Array, size: number, onCancel: () => void = () => undefined): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, (at += size)));
    },
    cancel: onCancel,
  });
}

async function read(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  const found = [];
  for await (const data of dataOf(stream)) found.push(data);
  return found;
}

describe("the events of a stream", () => {
  const bytes = new TextEncoder().encode(STREAM);

  it.each([1, 2, 3, 5, 7, 1_000])("are the same in pieces of %i bytes", async (size) => {
    expect(await read(streamOf(bytes, size))).toEqual(EVENTS);
  });

  it("are given when they are complete, not when the stream ends", async () => {
    let close: () => void = () => undefined;
    const open = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("data: first\n\n"));
        close = () => controller.close();
      },
    });
    const events = dataOf(open);
    expect((await events.next()).value).toBe("first");
    close();
    expect((await events.next()).done).toBe(true);
  });

  it("end with their reader", async () => {
    let isCancelled = false;
    for await (const data of dataOf(streamOf(bytes, 1, () => (isCancelled = true)))) {
      expect(data).toBe(EVENTS[0]);
      break;
    }
    expect(isCancelled).toBe(true);
  });

  it("are none in an empty stream", async () => {
    expect(await read(streamOf(new Uint8Array(), 1))).toEqual([]);
  });
});
