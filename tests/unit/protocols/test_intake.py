"""What a replica takes in: how many calls, how late, and how much of bodies; and that all of it is given back."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal
from ai_api.observability.lag import LoopLag
from ai_api.protocols.intake import FEW_CALLS, Bounds, Intake, Stay, body_caps
from ai_api.wire.json_body import encode

ADA, BOB = b"a" * 32, b"b" * 32
CHUNK = 100


def intake(*, body=1_000, bodies=12_000, calls=100, lag=None, waiting=lambda: 0):
    bounds = Bounds(
        body_bytes_max=body_caps(body),
        body_s=60,
        bodies_bytes_max=bodies,
        open_calls_max=calls,
        waiting_calls_max=300,
        lag_s_max=0.05,
    )
    return Intake(bounds, lag or LoopLag(), waiting)


def client(data):
    """Sends a body in pieces."""
    pieces = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)] or [b""]
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages[-1]["more_body"] = False

    async def receive():
        return messages.pop(0)

    return receive


def refused(call, *arguments):
    with pytest.raises(Refusal) as told:
        call(*arguments)
    return told.value


def test_a_loop_that_is_late_takes_more_calls_in():
    lag = LoopLag()
    taken = intake(lag=lag)
    for _ in range(FEW_CALLS):
        taken.enter()
    lag.lag_s = 0.051
    sent_away = refused(taken.enter)
    assert (sent_away.code, sent_away.kind, sent_away.retry_after_s) == ("overloaded", "unavailable", 1)
    assert (taken.open_calls, taken.shed) == (FEW_CALLS, {"lag": 1})
    lag.lag_s = 0.05
    taken.enter()


def sent_away_of(taken, calls):
    return sum(taken.is_pressed and taken.turn_away() is not None for _ in range(calls))


def test_a_loop_that_is_somewhat_late_takes_all_or_nobody_in():
    """From a third of the lag at which nobody is let in, the share of those who have to go grows evenly."""
    lag = LoopLag()
    taken = intake(lag=lag)
    for _ in range(FEW_CALLS):
        taken.enter()
    shares = []
    for late_s in (0.01, 0.0167, 0.025, 0.0417, 0.05, 0.5):
        lag.lag_s = late_s
        shares.append(sent_away_of(taken, 1_000) / 1_000)
    assert shares == pytest.approx([0, 0, 0.25, 0.75, 1, 1], abs=0.005)
    assert taken.shed["lag"] == pytest.approx(3_000, abs=10)


def test_those_who_have_to_go_come_in_a_row():
    lag = LoopLag()
    taken = intake(lag=lag)
    for _ in range(FEW_CALLS):
        taken.enter()
    lag.lag_s = 0.05 / 3 * 2
    assert {sent_away_of(taken, 4) for _ in range(50)} <= {1, 2}


def test_thousands_wait_inside():
    """From two thirds of the calls that may wait, the share of those who have to go grows evenly."""
    waiting = [0]
    taken = intake(waiting=lambda: waiting[0])
    shares = []
    for waiting[0] in (0, 199, 200, 225, 275, 300, 5_000):
        shares.append(sent_away_of(taken, 1_000) / 1_000)
    assert shares == pytest.approx([0, 0, 0, 0.25, 0.75, 1, 1], abs=0.005)
    assert set(taken.shed) == {"waiting"}
    assert refused(taken.enter).code == "overloaded"
    waiting[0] = 300
    taken.enter()


def test_a_burst_from_calm_is_refused():
    """Two thirds of those who may wait come at once, before any of them has begun. Who comes behind them finds them there."""
    taken = intake()
    for _ in range(200):
        assert sent_away_of(taken, 1) == 0
        taken.expect(1)
    assert taken.waiting_calls == 200
    taken.expect(100)
    assert sent_away_of(taken, 10) == 10
    taken.expect(-300)
    assert sent_away_of(taken, 10) == 0


def test_calls_that_wait_for_their_provider_are_in_the_way_of_others():
    taken = intake(calls=1_000, waiting=lambda: 16)
    for _ in range(999):
        taken.enter()
    assert sent_away_of(taken, 1_000) == 0


def test_a_replica_with_two_reasons_turns_away_for_both():
    lag = LoopLag()
    taken = intake(lag=lag, waiting=lambda: 225)
    for _ in range(FEW_CALLS):
        taken.enter()
    lag.lag_s = 0.0417
    assert sent_away_of(taken, 1_000) == pytest.approx(750, abs=5)
    assert set(taken.shed) == {"lag"}


def test_calls_are_let_in_to_be_refused_for_the_bound_on_them():
    taken = intake(calls=FEW_CALLS)
    for _ in range(FEW_CALLS):
        taken.enter()
    assert sent_away_of(taken, 10) == 10
    assert taken.shed == {"open_calls": 10}


def test_a_loop_that_is_late_of_itself_sends_its_few_callers_away():
    lag = LoopLag()
    lag.lag_s = 10
    taken = intake(lag=lag)
    for _ in range(FEW_CALLS):
        taken.enter()
    assert taken.shed == {}
    taken.leave()
    assert sent_away_of(taken, 10) == 0


def test_one_call_more_than_there_may_be_is_taken_in():
    taken = intake(calls=3)
    for _ in range(3):
        taken.enter()
    assert refused(taken.enter).code == "overloaded"
    taken.leave()
    taken.enter()
    assert (taken.open_calls, taken.shed) == (3, {"open_calls": 1})


def test_one_credential_takes_the_room_of_all():
    taken = intake(bodies=12_000)
    taken.take(ADA, 9_000)
    assert refused(taken.take, ADA, 1).code == "overloaded"
    taken.take(BOB, 3_000)
    assert refused(taken.take, BOB, 1).code == "overloaded"
    taken.give_back(ADA, 9_000)
    taken.take(BOB, 6_000)
    assert taken.shed == {"bodies": 2}


def test_what_never_fits_is_told_to_come_again():
    """A body that swells beyond what there is for one is too large, however long its sender waits."""
    assert refused(intake(bodies=12_000).take, ADA, 9_001).kind == "too_large"


async def test_a_body_holds_room_for_as_long_as_its_answer_takes():
    taken = intake()
    body = encode({"model": "m", "messages": ["x" * 400]})
    with Stay(taken) as stay:
        stay.enter()
        data = await stay.read(client(body), ADA, "chat", announced_bytes=len(body))
        assert (stay.read_whole, taken.held_bytes) == (True, 3 * len(body))
        parsed = stay.parse(data)
        stay.body_needed("fields")
        assert taken.held_bytes == 2 * len(body)
        assert (parsed.document, set(parsed.fields)) == ({}, {"model", "messages"})
        stay.body_needed("nothing")
        assert (taken.held_bytes, taken.open_calls, parsed.fields) == (0, 1, {})
    assert (taken.held_bytes, taken.open_calls) == (0, 0)


async def test_what_is_put_into_a_body_takes_no_room():
    """A conversation before a question counts as the question does, and where it does not fit the call is sent away."""
    taken = intake()
    question, conversation = encode({"input": "x" * 80}), encode("y" * 800)
    with Stay(taken) as stay:
        stay.enter()
        stay.parse(await stay.read(client(question), ADA, "responses", announced_bytes=None))
        before = taken.held_bytes
        stay.body_grows(conversation)
        assert taken.held_bytes >= before + 3 * len(conversation)
        stay.body_needed("fields")
        assert taken.held_bytes == 2 * (len(question) + len(conversation))
        assert refused(stay.body_grows, encode("z" * 20_000)).code in {"overloaded", "body_too_large"}
    assert taken.held_bytes == 0


async def test_an_announced_body_is_read_before_there_is_room():
    taken = intake()
    taken.take(BOB, 9_000)
    with Stay(taken) as stay, pytest.raises(Refusal) as told:
        await stay.read(client(b"x" * 1_000), ADA, "chat", announced_bytes=1_001)
    assert told.value.kind == "too_large"
    taken.take(ADA, 1_000)
    messages = client(b"x" * 1_000)
    with Stay(taken) as stay, pytest.raises(Refusal) as told:
        await stay.read(messages, ADA, "chat", announced_bytes=1_000)
    assert told.value.code == "overloaded"
    assert not stay.read_whole
    assert len((await messages())["body"]) == CHUNK
    assert taken.held_bytes == 10_000


async def test_a_body_of_unknown_length_grows_without_room():
    taken = intake()
    taken.take(BOB, 9_000)
    taken.take(ADA, 1_500)
    with Stay(taken) as stay, pytest.raises(Refusal) as told:
        await stay.read(client(b"x" * 1_000), ADA, "chat", announced_bytes=None)
    assert told.value.code == "overloaded"
    assert taken.held_bytes == 10_500


async def test_a_call_that_is_cut_anywhere_keeps_its_room():
    taken = intake()

    async def never():
        await asyncio.Event().wait()

    async def call():
        with Stay(taken) as stay:
            stay.enter()
            await stay.read(never, ADA, "chat", announced_bytes=1_000)

    task = asyncio.create_task(call())
    await asyncio.sleep(0)
    assert (taken.held_bytes, taken.open_calls) == (3_000, 1)
    task.cancel()
    await asyncio.wait({task})
    assert (taken.held_bytes, taken.open_calls) == (0, 0)


@given(st.lists(st.tuples(st.sampled_from([ADA, BOB]), st.integers(1, 6_000)), max_size=30))
def test_more_is_held_than_there_is(takes):
    taken = intake()
    held = []
    for holder, size in takes:
        try:
            taken.take(holder, size)
        except Refusal:
            continue
        held.append((holder, size))
        assert taken.held_bytes == sum(size for _, size in held) <= 12_000
        assert sum(size for who, size in held if who == holder) <= 9_000
    for holder, size in held:
        taken.give_back(holder, size)
    assert (taken.held_bytes, taken._by_holder) == (0, {})
