import { describe, expect, it } from "vitest";

import type { CallRecordShown } from "@/client/schema.gen";
import { linesOf, type Line } from "./repeats";

let number = 0;

function call(outcome: string, of: Partial<CallRecordShown> = {}): CallRecordShown {
  number += 1;
  return { call_id: `call ${number}`, member_id: "mei", credential_id: "laptop", model: "acme/large", requested_model: "large", outcome, attempts: [], refused_count: 0, ...of } as CallRecordShown;
}

const CLOSED = { seen: [], hasMore: false };

function told(lines: readonly Line[]): string[] {
  return lines.map((line) => (line.kind === "call" ? `${line.within ? "- " : ""}${line.call.outcome}` : `${line.calls[0]?.outcome} × ${line.count}${line.goesOn ? "+" : ""}`));
}

describe("repeated refusals", () => {
  it("are one line where they stand together, and count what their rows stand for", () => {
    const calls = [call("ok"), call("rate_limited"), call("rate_limited", { refused_count: 30 }), call("rate_limited"), call("ok"), call("rate_limited")];
    expect(told(linesOf(calls, CLOSED))).toEqual(["ok", "rate_limited × 32", "ok", "rate_limited"]);
  });

  it("are those of one member, credential, model and code alone", () => {
    const others = [call("rate_limited"), call("model_not_found"), call("rate_limited", { member_id: "kofi" }), call("rate_limited", { credential_id: "ci" }), call("rate_limited", { model: "acme/small" }), call("rate_limited", { model: null, requested_model: "small" })];
    expect(told(linesOf(others, CLOSED))).toEqual(others.map((each) => each.outcome));
  });

  it("are none of calls that went well, that somebody tried to answer, or whose client left", () => {
    for (const outcome of ["ok", "client_closed", "interrupted"]) expect(linesOf([call(outcome), call(outcome)], CLOSED)).toHaveLength(2);
    const tried = { attempts: [{ status: 500 }] };
    expect(linesOf([call("upstream_error", tried), call("upstream_error", tried)], CLOSED)).toHaveLength(2);
  });

  it("are not said to be all where the list goes on behind them", () => {
    const calls = [call("rate_limited"), call("rate_limited"), call("ok"), call("rate_limited"), call("rate_limited")];
    expect(told(linesOf(calls, { seen: [], hasMore: true }))).toEqual(["rate_limited × 2", "ok", "rate_limited × 2+"]);
    expect(told(linesOf(calls.slice(0, 3), { seen: [], hasMore: true }))).toEqual(["rate_limited × 2", "ok"]);
  });

  it("are open where one of them is to be seen, however many come before and after it", () => {
    const [first, second, third] = [call("rate_limited"), call("rate_limited"), call("rate_limited")];
    for (const calls of [[first, second], [first, second, third]]) {
      const lines = linesOf(calls, { seen: [second.call_id, undefined], hasMore: false });
      expect(told(lines)).toEqual([`rate_limited × ${calls.length}`, ...calls.map(() => "- rate_limited")]);
    }
    expect(linesOf([first, second], { seen: ["another"], hasMore: false })).toHaveLength(1);
  });
});
