"""What grows is told from what only moves."""

from __future__ import annotations

import pytest

from tests.soak.faults import FAULTS, in_turn
from tests.soak.report import is_flat
from tests.soak.run import SoakResults
from tests.soak.samples import CONNECTIONS, QUANTITIES, RSS, Samples, judged


def minutes(*values: float) -> dict[int, list[float]]:
    return {minute: [value, value + 1, value - 1] for minute, value in enumerate(values)}


def test_what_grows_a_little_each_minute_is_seen():
    verdict = judged(RSS, minutes(*(150 + minute for minute in range(20))))
    assert verdict.flat is False
    assert verdict.rise == pytest.approx(14)
    assert (verdict.first, verdict.last) == (155, 169)


def test_what_grows_while_it_warms_up_is_not_growth():
    assert judged(RSS, minutes(100, 120, 130, 140, 145, *[150.0] * 15)).flat is True


def test_what_jumps_for_a_minute_is_not_growth():
    assert judged(CONNECTIONS, minutes(*[20.0] * 12, 60, *[20.0] * 7)).flat is True


def test_a_leak_of_one_connection_a_minute_is_seen():
    assert judged(CONNECTIONS, minutes(*(20 + minute for minute in range(20)))).flat is False


def test_a_short_run_says_nothing():
    assert judged(RSS, minutes(100, 200, 300)).flat is None


def test_a_soak_is_flat_when_all_was_looked_at_and_nothing_has_grown():
    samples = Samples()
    for minute in range(20):
        samples.keep(minute, dict.fromkeys(QUANTITIES, 150.0))
    verdicts = samples.verdicts()
    assert samples.looks == 20
    assert is_flat(SoakResults(verdicts=verdicts))
    assert not is_flat(SoakResults(verdicts=verdicts[1:]))
    leaking = judged(CONNECTIONS, minutes(*(20 + 3 * minute for minute in range(20))))
    assert not is_flat(SoakResults(verdicts=[leaking if each.quantity is CONNECTIONS else each for each in verdicts]))


def test_each_fault_comes_once_before_any_comes_again():
    names = in_turn(3)
    first, second = ([next(names) for _ in FAULTS] for _ in range(2))
    assert sorted(first) == sorted(second) == sorted(FAULTS)
    other = in_turn(4)
    assert first != [next(other) for _ in FAULTS]
