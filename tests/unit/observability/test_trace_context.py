"""`traceparent`: what a caller has begun goes on, and what nobody can read is none."""

import random

import pytest

from ai_api.observability.trace_context import context_of

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def read(*values, share=1.0, seed=1):
    headers = [(b"host", b"x"), *((b"traceparent", value.encode("latin-1")) for value in values)]
    return context_of(headers, share=share, chance=random.Random(seed))


@pytest.mark.parametrize(
    ("header", "is_sampled"),
    [
        (f"00-{TRACE}-{PARENT}-01", True),
        (f"00-{TRACE}-{PARENT}-00", False),
        (f"00-{TRACE}-{PARENT}-03", True),
        (f"cc-{TRACE}-{PARENT}-01", True),
        (f"cc-{TRACE}-{PARENT}-01-what-will-be-in-2030", True),
    ],
)
def test_a_trace_that_a_caller_has_begun_ends_here(header, is_sampled):
    context = read(header, share=0.0)
    assert (context.trace_id, context.parent_id) == (int(TRACE, 16), int(PARENT, 16))
    assert context.is_sampled is is_sampled
    assert context.span_id not in {0, context.parent_id}
    assert context.header() == f"00-{TRACE}-{context.span_id:016x}-0{int(is_sampled)}"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [""],
        [f"00-{TRACE}-{PARENT}"],
        [f"00-{TRACE}-{PARENT}-1"],
        [f"00-{TRACE.upper()}-{PARENT}-01"],
        [f"00-{'0' * 32}-{PARENT}-01"],
        [f"00-{TRACE}-{'0' * 16}-01"],
        [f"ff-{TRACE}-{PARENT}-01"],
        [f"00-{TRACE}-{PARENT}-01-more"],
        [f" 00-{TRACE}-{PARENT}-01\n"],
        [f"00-{TRACE}-{PARENT}-01\r\nx: y"],
        [f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-01"],
        ["\xff" * 500],
    ],
)
def test_what_nobody_can_read_is_believed(headers):
    context = read(*headers)
    assert context.parent_id is None
    assert context.trace_id != int(TRACE, 16)
    assert context.is_sampled


def test_the_share_is_of_those_that_begin_here():
    assert not any(read(share=0.0, seed=seed).is_sampled for seed in range(100))
    assert all(read(share=1.0, seed=seed).is_sampled for seed in range(100))
    assert 300 < sum(read(share=0.4, seed=seed).is_sampled for seed in range(1_000)) < 500


def test_two_calls_have_one_id():
    chance = random.Random(7)
    drawn = [context_of([], share=1.0, chance=chance) for _ in range(1_000)]
    assert len({each.trace_id for each in drawn}) == len({each.span_id for each in drawn}) == 1_000
