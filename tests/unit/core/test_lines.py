"""Lines: turns among keys, each key in its own order, one with many alone and nobody behind it."""

import random
from types import SimpleNamespace

import pytest

from ai_api.core.lines import Turns


def turns(*, share=2, of_a_kind_max=1):
    return Turns(lambda waiter: waiter[0], share=share, of_a_kind_max=of_a_kind_max)


def put(line, *keys):
    for number, key in enumerate(keys):
        line.put((key, number))


def test_those_with_a_few_go_together_and_one_with_many_beside_them():
    line = turns()
    put(line, "hot", "hot", "hot", "hot", "a", "b", "a")
    assert {key for key, _ in line.take(10)} == {"a", "b"}
    assert {key for key, _ in line.take(10)} == {"hot"}
    assert len(line) == 0


def test_a_key_has_one_batch_on_its_way_and_keeps_its_order():
    line = turns(of_a_kind_max=5)
    put(line, "a", "a")
    first = line.take(10)
    put(line, "a", "b")
    assert [key for key, _ in line.take(10)] == ["b"]
    assert line.take(10) == []
    line.done(first)
    assert [key for key, _ in line.take(10)] == ["a"]


def test_batches_of_one_kind_leave_a_place_for_the_other():
    line = turns(of_a_kind_max=1)
    put(line, *["hot"] * 5, *["hotter"] * 5)
    long = line.take(3)
    assert {key for key, _ in long} == {"hot"}
    assert line.take(3) == []
    put(line, "a")
    assert [key for key, _ in line.take(3)] == ["a"]
    line.done(long)
    assert {key for key, _ in line.take(3)} == {"hotter"}


def test_it_knows_who_waits_and_forgets_all():
    line = turns()
    assert (line.first("a"), line.waiting("a")) == (None, 0)
    put(line, "a", "b", "a")
    assert (line.first("a"), line.waiting("a"), len(line)) == (("a", 0), 2, 3)
    line.clear()
    assert (len(line), line.take(5)) == (0, [])


@pytest.mark.parametrize("seed", range(5))
def test_nobody_is_lost_overtaken_within_a_key_or_left_waiting(seed):
    chance = random.Random(seed)
    line, put_in, taken, under_way, number = turns(share=3, of_a_kind_max=2), [], [], [], 0
    for _ in range(500):
        for _ in range(chance.randrange(4)):
            number += 1
            waiter = (chance.choice("aaaaaaaabcd"), number)
            put_in.append(waiter)
            line.put(waiter)
        batch = line.take(chance.randrange(1, 8)) if len(under_way) < 3 else []
        if batch:
            assert not {key for key, _ in batch} & {key for other in under_way for key, _ in other}
            under_way.append(batch)
            taken += batch
        if under_way and chance.random() < 0.6:
            line.done(under_way.pop(chance.randrange(len(under_way))))
    for batch in under_way:
        line.done(batch)
    while batch := line.take(5):
        taken += batch
        line.done(batch)
    assert len(line) == 0
    assert sorted(taken) == sorted(put_in)
    for key in "abcd":
        assert [each for each in taken if each[0] == key] == [each for each in put_in if each[0] == key]


def test_two_batches_of_those_who_go_together_are_on_their_way_though_none_takes_long(monkeypatch):
    now = 1_000.0
    monkeypatch.setattr("ai_api.core.lines.time", SimpleNamespace(monotonic=lambda: now))
    line = Turns(lambda waiter: waiter[0], share=2, of_a_kind_max=3, beside_after_s=0.5)
    assert line.opens_in_s() is None
    put(line, "a")
    first = line.take(10)
    assert line.opens_in_s() is None
    put(line, "b", *["hot"] * 3)
    # Who goes alone waits for nobody.
    assert {key for key, _ in line.take(10)} == {"hot"}
    assert (line.take(10), line.opens_in_s()) == ([], 0.5)
    now += 0.5
    assert line.opens_in_s() is None
    assert [key for key, _ in line.take(10)] == ["b"]
    put(line, "c")
    assert (line.take(10), line.opens_in_s()) == ([], 0.5)
    line.done(first)
    assert line.take(10) == []
