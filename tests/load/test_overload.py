"""What counts as answered, and when all is well again."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.load.answers import PLAIN
from tests.load.arrivals import Arrival, Arrivals
from tests.load.client import Target, ask_once
from tests.load.overload import _Seen, judged, normal_after
from tests.load.overload_report import _rows, middle
from tests.support.upstream import Behaviour, running


def call(due_s: float, took_s: float = 0.01, ending="good", late_s: float = 0.0, **more) -> Arrival:
    return Arrival(due_s, sent_s=due_s + late_s, ended_s=due_s + took_s, ending=ending, **more)


def test_what_came_too_late_was_not_answered():
    hard = [call(0.1), call(0.2, 4.9), call(0.3, 5.1), call(0.4, ending="cut", note="reset")]
    hard += [call(0.5, 0.02, "refused", status=503, retry_after=True), call(0.6, 0.03, "refused", status=503)]
    seen = _Seen(PLAIN, 10.0, [call(-1.0)], hard, [call(2.5)], began=0.0, over=2.0)
    found = judged(seen, endings=Counter(each.ending for each in hard))
    assert (found.asked_per_s, found.good_per_s, found.refused_per_s) == (3.0, 1.0, 1.0)
    assert found.with_retry_after == 0.5
    assert found.refusal_p99_ms == pytest.approx(30)
    assert found.by_second == [(2, 2, 2), (1, 0, 0)]
    assert found.notes == {"cut: reset": (1, pytest.approx(0.01))}


def test_one_lucky_round_is_the_result():
    rounds = []
    for good in (5, 1, 9, 3):
        seen = _Seen(PLAIN, 10.0, [call(-1.0)], [call(0.1)] * good, [call(2.5)], began=0.0, over=1.0)
        rounds.append(judged(seen, endings=Counter(good=good)))
    assert (middle(rounds).good_share, middle(rounds[:3]).good_share) == (0.3, 0.5)
    table = "\n".join(_rows(rounds))
    assert "3 calls/s, **30% of the peak** | ≥ 80% | **no** |" in table
    assert "| 10, 30, 50, 90% |" in table


def test_refusals_of_one_lucky_round_are_the_result():
    rounds = []
    for late_s in (0.2, 0.01, 0.02):
        hard = [call(0.1), call(0.1, late_s, "refused", status=503, retry_after=True)]
        seen = _Seen(PLAIN, 1.0, [call(-1.0)], hard, [call(2.5)], began=0.0, over=1.0)
        rounds.append(judged(seen, endings=Counter(good=1, refused=1)))
    assert ", **20 ms** | < 100 ms | yes |" in "\n".join(_rows(rounds))
    assert ", **200 ms** | < 100 ms | **no** |" in "\n".join(_rows(rounds[:2]))


def seconds(*kinds: str) -> list[Arrival]:
    """One call in each second, of these kinds."""
    kept = {"good": {}, "refused": {"ending": "refused"}, "slow": {"took_s": 0.5}, "too late": {"took_s": 6.0}}
    return [call(number + 0.5, **kept[kind]) for number, kind in enumerate(kinds)]


GOOD = ("good",) * 5


def test_what_the_client_was_late_by_is_nobodys_or_the_gateways():
    """An answer is late for whoever waited since it was due. How soon no was said begins when it could be heard."""
    hard = [call(0.1, 1.0, late_s=0.8), call(0.2, 1.0, "refused", late_s=0.9, status=503, retry_after=True)]
    hard.append(Arrival(0.3, ended_s=0.4, ending="no connection"))
    seen = _Seen(PLAIN, 10.0, [call(-1.0)], hard, [call(2.5)], began=0.0, over=2.0)
    found = judged(seen, endings=Counter(each.ending for each in hard))
    assert found.good_p50_ms == pytest.approx(1_000)
    assert found.refusal_p99_ms == pytest.approx(100)
    assert found.client_late_p99_ms == pytest.approx(900)


@pytest.mark.parametrize(
    ("after", "normal"),
    [
        (seconds(*GOOD), (0.0, 0)),
        (seconds("refused", *GOOD), (1.0, 0)),
        (seconds("good", "slow", *GOOD), (2.0, 0)),
        (seconds("too late", *GOOD), (1.0, 0)),
        (seconds(*GOOD, "slow", "good", "refused"), (0.0, 2)),
        (seconds(*GOOD[1:], "refused", *GOOD[1:]), None),
        ([], None),
    ],
    ids=["at once", "one refused", "one slow", "one too late", "some later", "never for long", "nobody came"],
)
def test_normal_is_when_some_seconds_in_a_row_are(after, normal):
    assert normal_after(after, since=0.0, p50_ms=100.0) == normal


async def test_calls_come_whether_or_not_others_were_answered():
    async with running() as simulator:
        target = Target("direct", simulator.port, [PLAIN.request(model="m", secret="k")])
        _, body = await ask_once(target)
        simulator.behave(Behaviour(delay_ms=400))
        arrivals = Arrivals(target, PLAIN, length=len(body))
        try:
            came = await arrivals.come(200, 0.3)
            assert simulator.counters.finished == 1
            await arrivals.rest(5.0)
        finally:
            arrivals.close()
        assert 20 < len(came) < 130
        assert {each.ending for each in came} == {"good"}
        assert min(each.answered_within_s for each in came) >= 0.39
        assert min(each.late_s for each in came) >= 0


@pytest.mark.parametrize(
    ("behaviour", "ending", "status", "retry_after"),
    [
        (Behaviour(status=503, retry_after=1), "refused", 503, True),
        (Behaviour(status=429), "refused", 429, False),
        (Behaviour(status=500), "wrong", 500, False),
        (Behaviour(text="another"), "wrong", 200, False),
        (Behaviour(cut_at="headers"), "cut", 0, False),
    ],
    ids=["503", "429", "500", "another text", "cut"],
)
async def test_what_is_not_an_answer_is_told_apart(behaviour, ending, status, retry_after):
    async with running() as simulator:
        target = Target("direct", simulator.port, [PLAIN.request(model="m", secret="k")])
        _, body = await ask_once(target)
        simulator.behave(behaviour)
        arrivals = Arrivals(target, PLAIN, length=len(body))
        try:
            came = await arrivals.come(100, 0.1)
            await arrivals.rest(5.0)
        finally:
            arrivals.close()
        assert came
        assert {(each.ending, each.status, each.retry_after) for each in came} == {(ending, status, retry_after)}


async def test_a_server_that_does_not_listen_is_no_answer():
    async with running() as simulator:
        gone = simulator.port
    arrivals = Arrivals(Target("gone", gone, [b"GET / HTTP/1.1\r\n\r\n"]), PLAIN, length=1)
    came = await arrivals.come(100, 0.1)
    await arrivals.rest(5.0)
    assert {each.ending for each in came} == {"no connection"}
    assert arrivals.open == 0
