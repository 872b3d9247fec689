"""The table of a provider's faults: what the client sees of each, and what the record says. specs/faults.md in code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from tests.faults.rig import Told
from tests.integration.gateway.shapes import STREAMS, WHOLES, error_of, has_success_end
from tests.support.organization import INPUT_NANOS, OUTPUT_NANOS, UPSTREAM_SECRET
from tests.support.proxy import BLACKHOLE, PASS, Mode, cut_at, refuse

CONNECT_S, FIRST_BYTE_S, IDLE_S = 1.0, 1.5, 1.5
DEADLINES = {
    "AI_API_UPSTREAM__CONNECT_S": str(CONNECT_S),
    "AI_API_UPSTREAM__FIRST_BYTE_S": str(FIRST_BYTE_S),
    "AI_API_UPSTREAM__IDLE_S": str(IDLE_S),
}
AT_ONCE_S = 2.0
"""The design's bound for what is found out without waiting."""
LATE_S = 1.5
"""A deadline fires in a busy process, and its record is written before the answer: so much later at most."""
WORDS = {"message": f"inner host db-7, key {UPSTREAM_SECRET}"}

Paid = Literal["nothing", "input", "what came"]
SHAPES_OF = {"whole": WHOLES, "streamed": STREAMS}


@dataclass(frozen=True)
class Row:
    """One fault. A status with a code is an answer of its own; a code alone is an error within a stream that had begun."""

    whole: tuple[int, str]
    streamed: tuple[int, str] | str
    outcome: str
    paid: Paid
    wire: Mode = PASS
    provider: dict[str, Any] = field(default_factory=dict)
    not_before_s: float = 0.0
    within_s: float = AT_ONCE_S
    headers: dict[str, str] = field(default_factory=dict)

    def seen(self, kind: str) -> tuple[int, str] | str:
        return self.whole if kind == "whole" else self.streamed


UNREACHABLE, TIMEOUT = (502, "upstream_unreachable"), (504, "upstream_timeout")
OVERLOADED = (503, "upstream_overloaded")
INTERRUPTED, ERROR = (502, "upstream_interrupted"), (502, "upstream_error")
NOW = {"outcome": "upstream_interrupted", "paid": "what came"}
LONG = {"answer_bytes": 20_000}
LATE = {"not_before_s": IDLE_S, "within_s": IDLE_S + LATE_S}

ROWS: dict[str, Row] = {
    "refused": Row(UNREACHABLE, UNREACHABLE, "upstream_unreachable", "nothing", refuse()),
    "refused politely": Row(UNREACHABLE, UNREACHABLE, "upstream_unreachable", "nothing", refuse("fin")),
    "reset before headers": Row(
        UNREACHABLE, UNREACHABLE, "upstream_unreachable", "nothing", provider={"cut_at": "headers"}
    ),
    "reset in the headers": Row(UNREACHABLE, UNREACHABLE, "upstream_unreachable", "nothing", cut_at(20)),
    "no headers in time": Row(TIMEOUT, TIMEOUT, "upstream_timeout", "input", provider={"hang_at": "headers"}, **LATE),
    "black hole": Row(TIMEOUT, TIMEOUT, "upstream_timeout", "input", BLACKHOLE, **LATE),
    "429 with Retry-After": Row(
        (429, "rate_limit_exceeded"),
        (429, "rate_limit_exceeded"),
        "upstream_rate_limited",
        "nothing",
        provider={"status": 429, "retry_after": 7},
        headers={"retry-after": "7"},
    ),
    **{
        str(status): Row(
            (502, "upstream_auth"),
            (502, "upstream_auth"),
            "upstream_auth",
            "nothing",
            provider={"status": status, "error": WORDS, "echo_key": True},
        )
        for status in (401, 403)
    },
    "400": Row(
        (400, "upstream_invalid"),
        (400, "upstream_invalid"),
        "upstream_invalid",
        "nothing",
        provider={"status": 400, "error": {"message": f"Bad 'top_p'. Key {UPSTREAM_SECRET}."}},
    ),
    "500": Row(ERROR, ERROR, "upstream_error", "nothing", provider={"status": 500, "error": WORDS}),
    "503": Row(OVERLOADED, OVERLOADED, "upstream_overloaded", "nothing", provider={"status": 503, "error": WORDS}),
    "reset midway": Row(INTERRUPTED, "upstream_interrupted", wire=cut_at(4_000), provider=LONG, **NOW),
    "end midway": Row(INTERRUPTED, "upstream_interrupted", wire=cut_at(4_000, "fin"), provider=LONG, **NOW),
    "silent midway": Row(TIMEOUT, "upstream_timeout", "upstream_timeout", "what came", provider={"hang_at": 5}, **LATE),
    "malformed": Row(INTERRUPTED, "upstream_interrupted", provider={"malformed_at": 5}, **NOW),
}
ONLY_STREAMS: dict[str, Row] = {
    "error frame": Row(
        ERROR, "upstream_error", "upstream_error", "what came", provider={"error_at": 5, "error": WORDS}
    ),
    "no terminal frame": Row(INTERRUPTED, "upstream_interrupted", provider={"missing_end": "done"}, **NOW),
    "no finish either": Row(INTERRUPTED, "upstream_interrupted", provider={"missing_end": "finish"}, **NOW),
}
CASES = [(name, row, kind) for name, row in ROWS.items() for kind in SHAPES_OF]
CASES += [(name, row, "streamed") for name, row in ONLY_STREAMS.items()]


def assert_seen(given: Told, row: Row, kind: str) -> None:
    """The client can tell what happened, cannot take it for a good answer, and reads none of the provider's own words."""
    answer, seen = given.answer, row.seen(kind)
    assert answer.ending == "whole", answer
    assert UPSTREAM_SECRET.encode() not in answer.body
    assert b"db-7" not in answer.body
    assert row.not_before_s <= given.took_s < row.within_s, given.took_s
    assert not has_success_end(answer), answer.body[-300:]
    error = error_of(answer)
    if not isinstance(seen, str):
        assert (answer.status, error["code"]) == seen, answer
    elif answer.status == 200:
        # A responses stream has a few words of its own, which clients know; the record has the true one.
        last = answer.payloads[-1]
        assert error["code"] == ("server_error" if last.get("type") == "response.failed" else seen)
        assert list(answer.payloads[-1]) == ["error"] or last["type"] == "response.failed"
    else:
        # Nothing of it had reached the client yet.
        assert (answer.status, error["code"]) == (row.whole[0], seen)
    for name, value in row.headers.items():
        assert answer.headers[name] == value


def assert_recorded(record: Any, row: Row, kind: str) -> None:
    assert record["outcome"] == row.outcome
    tokens = record["input_tokens"], record["output_tokens"]
    if row.paid == "nothing":
        assert (tokens, record["billed_cost_nanos"], record["bookings"]) == ((0, 0), 0, "[]")
        return
    assert record["usage_source"] == "estimated"
    assert tokens[0] > 0
    # Nobody has seen anything of a whole answer that did not come whole.
    assert tokens[1] > 0 if (row.paid, kind) == ("what came", "streamed") else tokens[1] == 0
    assert record["billed_cost_nanos"] == tokens[0] * INPUT_NANOS + tokens[1] * OUTPUT_NANOS
