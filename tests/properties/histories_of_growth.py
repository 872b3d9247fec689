"""Histories of calls under way whose holds follow their answers, alone and beside one another."""

from __future__ import annotations

from collections.abc import Callable

from tests.properties.teller import DAY, EVER, MINUTE, MONTH, Teller, limit, order


def answers_grow(t: Teller) -> None:
    t.begin(limit("allocation", "total_tokens", DAY, 4), limit("member", "output_tokens", MINUTE, 4))
    t.call(order(stream=True, output_tokens=None, prompt_chars=300))
    t.grow((0.2, 30), which=0)
    t.grow((0.5, None), which=0)
    t.do("a_limit_changes", which=0, change="lower")
    t.wait(61_000)
    t.grow((0.9, None), which=0)
    t.end("all")


def answers_stop_growing(t: Teller) -> None:
    t.begin(limit("member", "output_tokens", MINUTE, 4), limit("credential", "cost", EVER, 4, partition="credential"))
    t.call(order(stream=True, output_tokens=None))
    # Others come and take what it would have grown into.
    for _ in range(4):
        t.call(order(caller=1, output_tokens=2_048))
    t.grow((0.9, 9_000), which=0)
    t.grow((0.9, None), which=0)
    t.grow((1.5, None), which=0)
    t.end("more", count=4)


def answers_grow_together(t: Teller) -> None:
    # Plenty at first, for light holds; then as much as two of the three can grow by.
    t.begin(limit("member", "output_tokens", DAY, 4, amount=11_000))
    streamed = order(stream=True, output_tokens=None)
    t.call(streamed, streamed, streamed)
    t.assert_light(3)
    for output_tokens in (2_048, 2_048, 2_000):
        t.call(order(caller=1, output_tokens=output_tokens))
    t.grow((0.9, None), (0.9, None), (0.9, None))
    t.grow((0.9, None), (0.9, None), (0.9, None))
    t.grow((1.5, None), (1.5, None), (1.5, None))
    t.end("all", count=4)


def plenty_is_not_counted_twice(t: Teller) -> None:
    # Four whole answers are left for the first and the second, but not for the third, although all of them come at once.
    t.begin(limit("member", "output_tokens", DAY, 4, amount=10_000))
    streamed = order(stream=True, output_tokens=None)
    t.call(streamed)
    t.end("nothing")
    t.call(streamed, streamed, streamed)
    t.assert_light(2)
    t.end("all", count=4)


def as_much_is_left_as_a_light_hold_takes(t: Teller) -> None:
    # That is all the answer may come to, and not the beginning of more.
    t.begin(limit("member", "output_tokens", DAY, 4, amount=1_000))
    t.call(order(stream=True, output_tokens=None))
    t.assert_light(0)
    t.end("all")


def one_grows_beside_one_that_is_cut(t: Teller) -> None:
    # 1,020 are free: the first asks for 1,000 of them, the second for 1,048 and has to be content with 20.
    t.begin(limit("member", "output_tokens", DAY, 4, amount=10_000))
    streamed = order(stream=True, output_tokens=None)
    t.call(streamed, streamed)
    t.assert_light(2)
    t.call(*(order(caller=1, output_tokens=each) for each in (2_048, 2_048, 2_048, 836)))
    t.grow((0.5, None), (1.5, None))
    t.end("all", count=4)


def one_that_is_refused_stands_before_one_that_fits(t: Teller) -> None:
    # As before, but the one that asks for too much asks first.
    t.begin(limit("member", "output_tokens", DAY, 4, amount=10_000))
    streamed = order(stream=True, output_tokens=None)
    t.call(streamed, streamed)
    t.assert_light(2)
    t.call(*(order(caller=1, output_tokens=each) for each in (2_048, 2_048, 2_048, 836)))
    t.grow((1.5, None), (0.5, None))
    t.end("all", count=4)


def two_are_cut_by_different_limits(t: Teller) -> None:
    # Both are content with what is left: 12 under a limit of the first one's own, and the rest for the second.
    t.begin(
        limit("member", "output_tokens", DAY, 4, amount=10_008),
        limit("credential", "output_tokens", DAY, 4, amount=9_000),
    )
    streamed = order(stream=True, output_tokens=None)
    t.call(streamed)
    t.call({**streamed, "caller": 1})
    t.assert_light(2)
    t.call(*(order(output_tokens=each) for each in (2_048, 2_048, 2_048, 1_844)))
    t.grow((1.5, None), (1.5, None))
    t.end("all", count=4)


def changes_of_holds_are_lost(t: Teller) -> None:
    t.begin(limit("member", "total_tokens", DAY, 4, amount=60_000), limit("allocation", "cost", MONTH, 4, amount=10**9))
    streamed = order(stream=True, output_tokens=None)
    t.call(streamed, streamed)
    t.assert_light(2)
    t.grow((0.5, None), (0.9, None), cuts=("change not answered",))
    t.grow((0.5, None), (0.9, None))
    t.grow((0.5, 30), cuts=("change not asked",))
    t.end("all", count=2)
    t.call(streamed, gate=1)
    t.do("a_replica_is_cut_off", gate=1)
    t.sweep()
    t.grow((0.9, None))
    t.end("all")


OF_GROWTH: tuple[Callable[[Teller], None], ...] = (
    answers_grow,
    answers_stop_growing,
    answers_grow_together,
    plenty_is_not_counted_twice,
    as_much_is_left_as_a_light_hold_takes,
    one_grows_beside_one_that_is_cut,
    one_that_is_refused_stands_before_one_that_fits,
    two_are_cut_by_different_limits,
    changes_of_holds_are_lost,
)
