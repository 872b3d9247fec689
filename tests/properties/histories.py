"""Histories written by hand, for what chance seldom meets. They are told by the same machine, so the same laws are looked at."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

from tests.properties.histories_of_growth import OF_GROWTH
from tests.properties.sight import price_nanos
from tests.properties.teller import DAY, EACH, EVER, MINUTE, MONTH, MONTH_END, SLIDING, Teller, limit, order


def days_and_months_roll(t: Teller) -> None:
    t.begin(
        limit("member", "total_tokens", MONTH, 2),
        limit("allocation", "cost", DAY, 2),
        limit("global", "requests", DAY, 4, zone="Asia/Kathmandu"),
        beginning=MONTH_END,
    )
    t.call(order(), order(), order())
    t.end("all", count=2)
    t.call()
    t.wait(10_000)
    t.call(order(), order(caller=2))
    t.end("more", count=4)
    t.wait(3_600_000 * 30)
    t.call(order(), order(caller=2))


def buckets_roll(t: Teller) -> None:
    t.begin(limit("member", "requests", SLIDING, 3), limit("member", "total_tokens", SLIDING, 4, rejects=False))
    t.call(order(), order())
    t.wait(10_000)
    t.call()
    t.end("all")
    t.call()
    t.wait(30_000)
    t.call()
    t.end("all", count=3)
    t.call(order(), order(), order(), order())
    t.wait(14_000)
    t.end("all", count=4)
    t.call(order(), order(), order())


def settlements_roll_buckets(t: Teller) -> None:
    t.begin(limit("credential", "output_tokens", SLIDING, 2, rejects=False))
    t.call()
    t.end("more")
    t.wait(10_000)
    t.call(order(), order())
    t.end("all")
    t.wait(20_000)
    t.call(order(), order(caller=1))
    t.end("all", count=4)


def a_late_clock(t: Teller) -> None:
    # The second replica is a second and a half behind: it asks for a bucket that is over already, and full.
    t.begin(limit("member", "requests", SLIDING, 4, rejects=False), limit("tag", "output_tokens", SLIDING, 3))
    t.wait(9_500)
    for _ in range(3):
        t.call(order(output_tokens=700), gate=0)
        t.end("all")
    t.wait(1_000)
    t.call(gate=0)
    t.end("all")
    for _ in range(3):
        t.call(order(output_tokens=256), gate=1)
    t.call(order(output_tokens=256), order(output_tokens=256, after_ms=800), order(after_ms=800), gate=1, locks=True)
    t.end("all", count=4)


def one_batch_of_two_buckets(t: Teller) -> None:
    # The bucket is full to the brim; a tenth of a second into the next one there is room again, but not for who came before.
    t.begin(limit("member", "requests", SLIDING, 4, rejects=False), limit("member", "output_tokens", SLIDING, 3))
    t.wait(9_000)
    t.call(order(output_tokens=700), order(output_tokens=700), order(output_tokens=700), order(output_tokens=400))
    t.call(order(caller=2))
    t.end("all", count=4)
    t.wait(300)
    # Whoever comes first goes alone, and those behind it together.
    t.call(order(caller=2), order(output_tokens=1, after_ms=100), order(output_tokens=1, after_ms=700))
    t.call(order(after_ms=400), order(), order(after_ms=400), order(after_ms=700), order())


def answers_are_lost(t: Teller) -> None:
    t.begin(limit("member", "requests", EVER, 4), limit("allocation", "cost", MONTH, 4))
    t.call()
    t.end("little", cuts=("settle not answered",))
    t.call(order(), order(), cuts=("admit not asked",))
    t.call(order(), order(), cuts=("admit not answered",))
    t.call(cuts=("admit not answered", "which not answered"))
    t.watch(clearing=False)
    t.watch(clearing=True)
    t.call(order(), order(), order(), cuts=("slow not answered",), locks=True)
    t.watch(clearing=True)
    t.end("all", count=3, cuts=("settle not answered",))
    t.do("a_call_is_settled_again", which=0)
    # A replica that dies with a hold nobody knows of: the sweep finds it.
    t.call(cuts=("admit not answered", "which not answered"))
    t.crash()
    t.sweep()


def a_hold_that_nobody_knows_of_takes_the_room_of_others(t: Teller) -> None:
    t.begin(limit("member", "requests", EVER, 4), limit("allocation", "output_tokens", EVER, 4))
    t.call_apart(*(order(output_tokens=700) for _ in range(5)), cuts=("admit not answered", "which not answered"))
    t.watch(clearing=True)
    t.call_apart(order(), order(), cuts=("admit not answered", "which not answered"))


def what_is_asked_again_is_not_answered(t: Teller) -> None:
    # Refused for its input by bytes, a call has it counted and asks once more: what it hears then is nothing, and no refusal.
    t.begin(limit("member", "output_tokens", EVER, 2))
    t.call(order(output_tokens=400))
    t.call(order(output_tokens=2_048, prompt_chars=60))
    t.end("nothing")
    uncounted = order(output_tokens=2_048, prompt_chars=60)
    t.call(order(output_tokens=1), uncounted, order(), cuts=("admit not answered", "which not answered"), locks=True)


def a_replica_is_cut_off_and_comes_back(t: Teller) -> None:
    t.begin(limit("member", "total_tokens", SLIDING, 4), limit("allocation", "requests", DAY, 4))
    t.call(order(), order(), gate=0)
    t.do("a_replica_is_cut_off", gate=0)
    t.sweep()
    t.end("more", cuts=("correct not answered",))
    t.do("a_call_is_settled_again", which=0)
    t.wait(10_000)
    t.watch(gate=0)
    t.end("little")
    t.do("a_call_is_settled_again", which=1)
    t.call(gate=0)
    t.end("nothing")


def replicas_die(t: Teller) -> None:
    t.begin(limit("member", "total_tokens", MINUTE, 4), limit("allocation", "cost", DAY, 4))
    t.call(order(stream=True), order(), gate=0)
    t.watch(gate=0, tokens=900)
    t.crash(0)
    t.call(gate=1)
    t.crash(1)
    t.sweep()
    for _ in range(3):
        t.call(gate=0)
        t.end("all")
    t.call(gate=0)
    t.crash(0)
    t.sweep()


def postgres_refuses_records(t: Teller) -> None:
    t.begin(limit("member", "requests", EVER, 4), limit("allocation", "cost", MONTH, 4))
    t.call(order(), order(), order(), order())
    t.do("postgres_refuses_a_record", which=0, poison="its kind of count is none", beside=True)
    t.call(order())
    t.do("postgres_refuses_a_record", which=0, poison="its outcome is no text\x00", beside=False)
    t.call(order(caller=2))
    t.crash(0)
    t.sweep()


def more_is_used_than_held(t: Teller) -> None:
    t.begin(limit("allocation", "cost", MONTH, 3), limit("global", "output_tokens", DAY, 1, rejects=False))
    t.call(order(), order())
    t.end("more")
    t.call()
    t.end("nothing")


def less_is_granted(t: Teller) -> None:
    t.begin(limit("allocation", "output_tokens", DAY, 2), limit("member", "cost", EVER, 3))
    t.call(order(output_tokens=700, prompt_chars=300), order(output_tokens=700))
    t.end("all", count=2)
    t.call(order(output_tokens=2_048), order(caller=1, output_tokens=2_048), order(output_tokens=2_048, choices=2))


def provider_keys_have_limits(t: Teller) -> None:
    t.begin(limit("provider_key", "requests", DAY, 1), limit("member", "requests", DAY, 4))
    t.call(order(), order(caller=2))
    t.do("a_try_asks_for_room_at_its_provider_key", which=0)
    t.do("a_try_asks_for_room_at_its_provider_key", which=1)
    # The key has no limit any more, and the next try holds nothing of it.
    t.do("a_limit_changes", which=0, change="remove")
    t.watch(gate=0)
    t.do("a_try_asks_for_room_at_its_provider_key", which=0)
    t.do("a_limit_is_set", limit=limit("provider_key", "requests", DAY, 1))
    t.watch(gate=0)
    t.do("a_try_asks_for_room_at_its_provider_key", which=0)
    t.end("all")
    t.crash(0)
    t.sweep()
    t.call(gate=1)
    t.do("a_replica_is_cut_off", gate=0)
    t.sweep()
    t.do("a_try_asks_for_room_at_its_provider_key", which=0)
    t.end("all")


def rights_change(t: Teller) -> None:
    t.begin(
        limit("allocation", "requests", DAY, 2), limit("tag", "cost", DAY, 4), limit("global", "concurrency", EVER, 2)
    )
    t.call(order(), order(), order(), gate=0)
    t.call(gate=1)
    for change in ("raise", "lower", "lower", "turn", "zero", "remove"):
        t.do("a_limit_changes", which=0, change=change)
        t.call(gate=0)
        t.call(gate=1)
    t.do("an_allocation_is_paused_or_resumed", action="pause")
    t.watch(gate=0)
    t.call(gate=0)
    t.do("an_allocation_is_paused_or_resumed", action="resume")
    t.call(gate=1)
    t.do("a_limit_is_set", limit=limit("member", "input_tokens", EACH, 1))
    t.call(order(prompt_chars=300))
    t.do("a_limit_is_set", limit=limit("global", "cost", MONTH, 4, partition="member", zone="America/New_York"))
    t.call(order(caller=3))
    t.end("all", count=4)


def everything_at_once(t: Teller) -> None:
    t.begin(
        limit("member", "total_tokens", DAY, 4, amount=24_000),
        limit("allocation", "cost", MONTH, 4, amount=10**9),
        limit("global", "requests", SLIDING, 5),
    )
    streamed = order(stream=True, output_tokens=None)
    t.call(streamed, streamed, gate=0)
    t.call(streamed, order(), gate=1)
    t.crowd((0, order()), (1, order()), (0, order(caller=2)), ends=2, used="all", grows=2)
    t.crowd((0, order()), (1, streamed), (1, order(output_tokens=2_048)), (0, order(output_tokens=2_048)), ends=1)
    t.wait(20_000)
    for _ in range(3):
        t.crowd(*((number % 2, order(output_tokens=2_048)) for number in range(6)), ends=1, grows=1)
    t.do("a_replica_is_cut_off", gate=0)
    t.crowd((1, order(output_tokens=1)), ends=3, used="little", besides="sweep")
    t.wait(20_000)
    for after_ms in (0, 1, 2, 4, 6):
        t.crowd((0, order()), (0, streamed), (1, order()), ends=2, grows=1, besides="death", after_ms=after_ms)
        t.sweep()
        t.end("all", count=4)
        t.wait(20_000)


def every_kind_of_limit(t: Teller) -> None:
    """Two calls fit under each kind, in every partition; a third does not, unless the limit only warns."""
    t.begin()
    t.call(order(caller=1))
    read = t.input_tokens()
    t.end("all")
    calls = {
        "requests": 1,
        "input_tokens": read,
        "output_tokens": 100,
        "total_tokens": read + 100,
        "cost": price_nanos(read, 100),
        "concurrency": 1,
    }
    subjects = cycle(["global", "tag", "member", "credential"])
    for metric, each in calls.items():
        for window in [EVER] if metric == "concurrency" else [SLIDING, DAY, MONTH, EVER]:
            subject = next(subjects)
            for partition in ("subject", "member", "credential"):
                t.do("a_limit_is_set", limit=limit(subject, metric, window, 1, partition=partition, amount=2 * each))
            t.call(order(), order(), order())
            t.assert_open(2)
            t.end("all", count=4)
            for which in range(3):
                t.do("a_limit_changes", which=which, change="turn")
            t.call()
            t.end("all")
            for _ in range(3):
                t.do("a_limit_changes", which=0, change="remove")


HISTORIES: tuple[Callable[[Teller], None], ...] = (
    every_kind_of_limit,
    days_and_months_roll,
    buckets_roll,
    settlements_roll_buckets,
    a_late_clock,
    one_batch_of_two_buckets,
    answers_are_lost,
    a_hold_that_nobody_knows_of_takes_the_room_of_others,
    what_is_asked_again_is_not_answered,
    a_replica_is_cut_off_and_comes_back,
    replicas_die,
    postgres_refuses_records,
    more_is_used_than_held,
    less_is_granted,
    *OF_GROWTH,
    provider_keys_have_limits,
    rights_change,
    everything_at_once,
)
