"""What must hold of any decision: all or none, in order, and never worse off for a higher limit or for less that was used."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.support.thoroughness import tried

from ai_api.quotas.limit import AccountKey, Limit
from ai_api.quotas.rules import Balance, Charge, Demand, Denied, Granted, decide, decide_in_order, take
from ai_api.quotas.windows import WHOLE, Bucket

PROPERTY = tried(ci=200, full=2_000)

START, END = datetime(2031, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
NOW = 1_000


def charge(number, amount, read, *, weight=WHOLE, rejects=True):
    identifier = UUID(int=number)
    exceed = "reject" if rejects else "warn"
    limit = Limit(identifier, "global", None, "total_tokens", "sliding", 10, None, "subject", exceed, amount)
    account = AccountKey(identifier, "global", None, "total_tokens", START, END)
    return Charge(account, limit, Bucket(NOW, weight), lambda output: read + output, lambda room: room - read)


@st.composite
def demands(draw):
    numbers = draw(st.lists(st.integers(0, 3), unique=True, max_size=4))
    charges = tuple(
        charge(
            number,
            draw(st.integers(0, 80)),
            draw(st.integers(0, 9)),
            weight=draw(st.integers(1, WHOLE)),
            rejects=draw(st.sampled_from([True, True, True, False])),
        )
        for number in numbers
    )
    whole = draw(st.integers(1, 30))
    return Demand(charges, whole, draw(st.integers(1, whole)), draw(st.none() | st.integers(1, whole)))


amounts = st.integers(0, 40)
states = st.dictionaries(
    st.integers(0, 3).map(lambda number: UUID(int=number)),
    st.builds(Balance, amounts, amounts, amounts, st.integers(NOW - 2, NOW + 1)),
)


def raised(demand, by):
    charges = tuple(replace(each, limit=replace(each.limit, amount=each.limit.amount + by)) for each in demand.charges)
    return replace(demand, charges=charges)


def output_of(verdict):
    return verdict.output_tokens if isinstance(verdict, Granted) else 0


def is_light(demand, verdict):
    return isinstance(verdict, Granted) and demand.is_light(verdict.output_tokens)


def test_what_is_granted_fits_everywhere_and_what_is_denied_does_not_fit_somewhere():
    met = Counter()

    @PROPERTY
    @given(demands(), states)
    def fits(demand, state):
        verdict = decide(demand, state)
        met[_kind(demand, state, verdict)] += 1
        _check_fits(demand, state, verdict)

    fits()
    assert met.keys() >= {"whole", "light", "shortened", "denied", "denied while others hold", "past what warns"}, met


def _kind(demand, state, verdict):
    if isinstance(verdict, Denied):
        return "denied while others hold" if verdict.busy else "denied"
    if is_light(demand, verdict):
        return "light"
    if verdict.output_tokens < demand.output_tokens:
        return "shortened"
    warned = [each for each in demand.charges if not each.limit.rejects]
    used = {each.account.id: state.get(each.account.id, Balance(0, 0)).used(each.bucket) for each in warned}
    return "past what warns" if any(used[each.account.id] > each.limit.amount for each in warned) else "whole"


def _check_fits(demand, state, verdict):
    output = output_of(verdict) if isinstance(verdict, Granted) else demand.output_tokens_min
    room = {
        each.account.id: each.limit.amount - balance.used(each.bucket) - balance.held
        for each in demand.charges
        if each.limit.rejects
        for balance in [state.get(each.account.id, Balance(0, 0))]
    }
    fits = all(each.amount_for(output) <= room[each.account.id] for each in demand.charges if each.limit.rejects)
    assert fits == isinstance(verdict, Granted)
    if isinstance(verdict, Denied):
        assert verdict.charge.amount_for(demand.output_tokens_min) > room[verdict.charge.account.id]
        return
    assert demand.output_tokens_min <= output <= demand.output_tokens or is_light(demand, verdict)
    if output < demand.output_tokens and not is_light(demand, verdict):
        # Shortened to the largest that fits.
        assert any(each.amount_for(output + 1) > room[each.account.id] for each in demand.charges if each.limit.rejects)


@PROPERTY
@given(demands(), states, st.integers(0, 200))
def test_a_higher_limit_never_refuses_what_was_granted_nor_shortens_it(demand, state, by):
    before, after = decide(demand, state), decide(raised(demand, by), state)
    assert isinstance(after, Granted) or isinstance(before, Denied)
    assert output_of(after) >= output_of(before) or is_light(demand, after)


@PROPERTY
@given(demands(), states, st.sampled_from(["settled", "held", "previous"]))
def test_less_that_is_used_or_held_never_refuses_what_was_granted(demand, state, what):
    lighter = {key: replace(each, **{what: getattr(each, what) // 2}) for key, each in state.items()}
    before, after = decide(demand, state), decide(demand, lighter)
    assert isinstance(after, Granted) or isinstance(before, Denied)
    assert output_of(after) >= output_of(before) or is_light(demand, after)


@PROPERTY
@given(st.lists(demands(), max_size=6), states)
def test_calls_are_decided_in_order_each_after_what_those_before_it_took(calls, state):
    verdicts, after = decide_in_order(calls, state)
    now = dict(state)
    for demand, verdict in zip(calls, verdicts, strict=True):
        before = dict(now)
        assert verdict == decide(demand, now)
        if isinstance(verdict, Granted):
            take(demand, verdict.output_tokens, now)
        taken = {key for key in now if now[key] != before.get(key)}
        # All of its accounts or none; what only warns takes nothing.
        wanted = {each.account_id for each in demand.wanted(output_of(verdict)) if each.amount}
        assert taken - {key for key in taken if now[key].held == before.get(key, Balance(0, 0)).held} == (
            wanted if isinstance(verdict, Granted) else set()
        )
    assert now == after


@PROPERTY
@given(st.lists(demands(), min_size=1, max_size=6), states)
def test_who_comes_later_takes_nothing_from_who_came_before(calls, state):
    alone, _ = decide_in_order(calls[:-1], state)
    together, _ = decide_in_order(calls, state)
    assert together[:-1] == alone


@PROPERTY
@given(demands(), states)
def test_where_the_verdict_says_how_much_is_used_it_counts_this_call(demand, state):
    verdict = decide(demand, state)
    if isinstance(verdict, Granted):
        for wanted in demand.wanted(verdict.output_tokens):
            balance = state.get(wanted.account_id, Balance(0, 0))
            assert verdict.used[wanted.account_id] == balance.used(wanted.bucket) + balance.held + wanted.amount
            assert verdict.used[wanted.account_id] <= wanted.limit
