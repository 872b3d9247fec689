"""What becomes of a key, what its owner is told, and how much of an answer is remembered."""

from __future__ import annotations

import pytest

from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.gateway.docket import Ending
from ai_api.gateway.idempotency_rules import conclusion, refusal_of
from ai_api.gateway.remembered import Remembered, Room
from ai_api.gateway.store_idempotency import Found
from ai_api.wire import openai_errors
from ai_api.wire.usage import Usage

OK = Ending("ok", Usage(10, output=5), "provider", "stop")
FAILED_IN_ITS_OWN_WORDS = Ending("upstream_error", Usage(10), "estimated", "failed")
FREE_FAILURE = Ending("upstream_error", refusal=Refusal("upstream_error", "upstream", "…"))
PAID_FAILURE = Ending("upstream_timeout", Usage(10), "estimated", refusal=Refusal("upstream_timeout", "upstream", "…"))
LEFT_EARLY, LEFT_LATE = Ending("client_closed"), Ending("client_closed", Usage(10, output=1), "estimated")


@pytest.mark.parametrize(
    ("ending", "was_sent_whole", "expected"),
    [
        (OK, True, "done"),
        (FAILED_IN_ITS_OWN_WORDS, True, "done"),
        (FREE_FAILURE, True, "released"),
        (PAID_FAILURE, True, "not_replayable"),
        (LEFT_EARLY, False, "released"),
        (LEFT_LATE, False, "not_replayable"),
        # Billed in full, but the client had left and its last bytes went nowhere.
        (OK, False, "not_replayable"),
        # It broke, and nobody could say how: perhaps it has to be paid.
        (None, False, "not_replayable"),
        (None, True, "not_replayable"),
    ],
)
def test_a_paid_call_frees_its_key_or_a_free_one_keeps_it(ending, was_sent_whole, expected):
    verdict = conclusion(ending, was_admitted=True, was_sent_whole=was_sent_whole, is_remembered=True)
    assert verdict == expected


@pytest.mark.parametrize("was_sent_whole", [True, False])
def test_a_call_that_was_never_admitted_keeps_its_key(was_sent_whole):
    verdict = conclusion(None, was_admitted=False, was_sent_whole=was_sent_whole, is_remembered=True)
    assert verdict == "released"


def test_an_answer_that_was_not_remembered_is_given_again():
    assert conclusion(OK, was_admitted=True, was_sent_whole=True, is_remembered=False) == "not_replayable"


@pytest.mark.parametrize(
    ("verdict", "status", "code", "again"),
    [
        ("reused", 422, "idempotency_key_reused", False),
        ("not_replayable", 409, "not_replayable", False),
        ("in_flight", 409, "idempotency_in_flight", True),
        ("again", 409, "idempotency_in_flight", True),
    ],
)
def test_a_refusal_does_not_say_which_call_it_is_about_or_whether_to_ask_again(verdict, status, code, again):
    call_id = uuid7()
    refusal = refusal_of(Found(verdict, call_id))
    assert refusal.code == code
    assert refusal.details == {"call_id": str(call_id)}
    answer = openai_errors.render(refusal)
    headers = dict(answer.headers)
    assert answer.status == status
    assert (headers.get(b"retry-after"), headers.get(b"x-should-retry")) == (
        (b"1", None) if again else (None, b"false")
    )


class Nowhere:
    """An `Out` that takes everything."""

    def __init__(self):
        self.seen: list[bytes] = []

    async def start(self, status, headers):
        self.seen.append(b"head")

    async def send(self, data):
        self.seen.append(data)

    async def finish(self, data):
        self.seen.append(data)


def remembering(room: Room, bytes_max: int = 10) -> tuple[Remembered, Nowhere]:
    out = Nowhere()

    async def before_the_end() -> None:
        out.seen.append(b"written")

    return Remembered(out, room, bytes_max, before_the_end), out


async def test_the_last_piece_is_sent_before_it_is_written_down():
    remembered, out = remembering(Room(100))
    await remembered.start(200, [(b"content-type", b"text/plain"), (b"x-ratelimit-limit-tokens", b"1")])
    await remembered.send(b"ab")
    assert not remembered.is_whole
    await remembered.finish(b"cd")
    assert out.seen == [b"head", b"ab", b"written", b"cd"]
    assert (remembered.status, remembered.body, remembered.is_whole) == (200, b"abcd", True)
    # What is true of the first answer only is not said of the second.
    assert remembered.headers == (("content-type", "text/plain"),)


@pytest.mark.parametrize(("last", "body"), [(b"7890", b"1234567890"), (b"78901", None)], ids=["all of it", "one more"])
async def test_an_answer_of_one_byte_more_than_may_be_kept_is_cut_short(last, body):
    room = Room(100)
    remembered, out = remembering(room)
    await remembered.send(b"123456")
    await remembered.send(b"")
    await remembered.finish(last)
    assert remembered.body == body
    assert b"".join(out.seen) == b"123456" + b"written" + last
    assert room.left_bytes == (90 if body else 100)
    remembered.forget()
    remembered.forget()
    assert room.left_bytes == 100


async def test_a_thousand_open_answers_fill_the_memory():
    room = Room(15)
    first, _ = remembering(room)
    second, _ = remembering(room)
    await first.send(b"1234567890")
    await second.send(b"123456")
    await second.send(b"1")
    assert (first.body, second.body, room.left_bytes) == (b"1234567890", None, 5)
