"""The laws of a hold, against a second way to decide that tries every output there is."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.quotas.limit import AccountKey, Limit
from ai_api.quotas.rules import (
    OUTPUT_TOKENS_MIN,
    PLENTY,
    Balance,
    Charge,
    Demand,
    Denied,
    Granted,
    amounts,
    decide,
    decide_in_order,
    take,
)
from ai_api.quotas.windows import STILL

OUTPUTS = 12
"""The most output tokens the exhaustive way tries."""


def account(number, metric="total_tokens"):
    start, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    return AccountKey(UUID(int=number), "allocation", UUID(int=1), metric, start, end)


def limit_of(number, amount, metric):
    """A monthly limit; one that only warns where the amount is None."""
    return Limit(
        id=UUID(int=100 + number),
        subject_kind="allocation",
        subject_id=UUID(int=1),
        metric=metric,
        window_kind="month",
        window_s=None,
        zone=None,
        partition="subject",
        on_exceed="warn" if amount is None else "reject",
        amount=0 if amount is None else amount,
    )


def tokens(number, amount, *, input_tokens=0):
    """A charge of a token limit."""
    return Charge(
        account(number),
        limit_of(number, amount, "total_tokens"),
        STILL,
        lambda output: input_tokens + output,
        lambda room: room - input_tokens,
    )


def priced(number, amount, amounts):
    """A charge whose amounts for 0, 1, 2, … output tokens are listed, never falling."""

    def output_for(room):
        return max((output for output, each in enumerate(amounts) if each <= room), default=-1)

    return Charge(
        account(number, "cost"), limit_of(number, amount, "cost"), STILL, lambda output: amounts[output], output_for
    )


@dataclass(frozen=True)
class Said:
    """What a denial says, without the charge it is about."""

    account: AccountKey
    limit: int
    settled: int
    held: int
    needed: int
    busy: bool


def said(verdict):
    assert isinstance(verdict, Denied), verdict
    charge, balance = verdict.charge, verdict.balance
    return Said(charge.account, charge.limit.amount, balance.settled, balance.held, verdict.needed, verdict.busy)


def output_of(verdict):
    assert isinstance(verdict, Granted), verdict
    return verdict.output_tokens


limits = st.none() | st.integers(0, 60)
rising = st.lists(st.integers(0, 5), min_size=OUTPUTS + 1, max_size=OUTPUTS + 1).map(
    lambda steps: [sum(steps[: at + 1]) for at in range(len(steps))]
)


@st.composite
def demands(draw, accounts=4):
    numbers = draw(st.lists(st.integers(0, accounts - 1), unique=True, max_size=accounts))
    charges = [
        tokens(number, draw(limits), input_tokens=draw(st.integers(0, 20)))
        if draw(st.booleans())
        else priced(number, draw(limits), draw(rising))
        for number in numbers
    ]
    whole = draw(st.integers(0, OUTPUTS))
    return Demand(tuple(charges), whole, draw(st.integers(0, whole)))


balances = st.dictionaries(
    st.integers(0, 3).map(lambda number: UUID(int=number)),
    st.builds(Balance, st.integers(0, 70), st.integers(0, 30)),
    max_size=4,
)


def fits(charge, output, state):
    balance = state.get(charge.account.id, Balance(0, 0))
    return not charge.limit.rejects or balance.settled + balance.held + charge.amount_for(output) <= charge.limit.amount


def slowly(demand, state):
    """The largest output that every account can take, or the first account that cannot take even the least."""
    for output in range(demand.output_tokens, demand.output_tokens_min - 1, -1):
        if all(fits(charge, output, state) for charge in demand.charges):
            return output
    return next(charge.account for charge in demand.charges if not fits(charge, demand.output_tokens_min, state))


@given(demands(), balances)
def test_a_call_gets_the_largest_output_that_all_its_accounts_can_take_or_nothing(demand, state):
    expected, verdict = slowly(demand, state), decide(demand, state)
    if isinstance(expected, int):
        assert output_of(verdict) == expected
        # And it is told what each limited account counts with this call on it.
        for charge in demand.charges:
            if charge.limit.rejects:
                balance = state.get(charge.account.id, Balance(0, 0))
                counted = balance.settled + balance.held + charge.amount_for(expected)
                assert verdict.used[charge.account.id] == counted <= charge.limit.amount
    else:
        assert said(verdict).account == expected


@given(st.lists(demands(), max_size=8), balances)
def test_q2_in_any_sequence_of_calls_no_limit_is_passed_and_each_call_gets_all_or_nothing(calls, before):
    verdicts, after = decide_in_order(calls, before)
    held = {identifier: balance.held for identifier, balance in before.items()}
    state = dict(before)
    for demand, verdict in zip(calls, verdicts, strict=True):
        # In the order of arrival: what a call gets depends on those before it alone.
        assert decide(demand, state) == verdict
        if isinstance(verdict, Granted):
            for charge in demand.charges:
                if not charge.limit.rejects:
                    continue
                old = state.get(charge.account.id, Balance(0, 0))
                amount = charge.amount_for(verdict.output_tokens)
                state[charge.account.id] = new = Balance(old.settled, old.held + amount)
                assert new.settled + new.held <= charge.limit.amount
                held[charge.account.id] = held.get(charge.account.id, 0) + amount
    assert after == state
    assert {identifier: balance.held for identifier, balance in after.items()} == held
    assert all(after[identifier].settled == balance.settled for identifier, balance in before.items())


@given(st.integers(1, 400), st.integers(0, 3), st.integers(1, 9))
def test_twenty_parallel_calls_cannot_use_more_than_the_limit_and_none_is_refused_while_one_fits(
    limit, input_tokens, output
):
    call = Demand((tokens(1, limit, input_tokens=input_tokens),), output, output)
    verdicts, after = decide_in_order([call] * 100, {})
    granted = [verdict for verdict in verdicts if isinstance(verdict, Granted)]
    assert len(granted) == min(100, limit // (input_tokens + output))
    assert after.get(UUID(int=1), Balance(0, 0)).held == len(granted) * (input_tokens + output)
    # Those that came first are those that got it.
    assert verdicts[: len(granted)] == granted


def test_one_token_left_does_not_let_a_million_through():
    left_one = {UUID(int=1): Balance(settled=999, held=0)}
    verdict = decide(Demand((tokens(1, 1000, input_tokens=10),), 1_000_000, OUTPUT_TOKENS_MIN), left_one)
    assert said(verdict) == Said(account(1), 1000, settled=999, held=0, needed=10 + OUTPUT_TOKENS_MIN, busy=False)


def test_when_less_is_affordable_the_call_is_shortened_to_exactly_that():
    call = Demand((tokens(1, 1000, input_tokens=100),), 4000, OUTPUT_TOKENS_MIN)
    assert output_of(decide(call, {})) == 900
    assert output_of(decide(call, {UUID(int=1): Balance(300, 244)})) == 356
    assert output_of(decide(call, {UUID(int=1): Balance(400, 244)})) == 256
    assert isinstance(decide(call, {UUID(int=1): Balance(400, 245)}), Denied)


def test_the_tightest_account_decides_the_length_and_every_account_holds_that():
    call = Demand((tokens(1, 1000), tokens(2, 700), tokens(3, 800)), 5000, 256)
    verdict = decide(call, {})
    assert output_of(verdict) == 700
    assert amounts(call.wanted(700)) == ((UUID(int=1), 700), (UUID(int=2), 700), (UUID(int=3), 700))


@pytest.mark.parametrize(
    ("settled", "held", "busy"),
    [(0, 900, True), (700, 200, True), (744, 200, True), (745, 200, False), (1000, 0, False), (2000, 0, False)],
)
def test_busy_means_that_it_would_fit_were_nothing_held(settled, held, busy):
    verdict = decide(Demand((tokens(1, 1000),), 300, 256), {UUID(int=1): Balance(settled, held)})
    assert said(verdict) == Said(account(1), 1000, settled, held, needed=256, busy=busy)


def test_a_limit_that_only_warns_takes_no_hold_and_never_refuses():
    call = Demand((tokens(1, None, input_tokens=10**12), tokens(2, 1000)), 500, 256)
    assert output_of(decide(call, {UUID(int=1): Balance(10**15, 10**15)})) == 500
    assert amounts(call.wanted(500)) == ((UUID(int=2), 500),)
    state = {}
    take(call, 500, state)
    assert state == {UUID(int=2): Balance(0, 500)}


def test_a_limit_of_zero_is_nothing_and_not_unlimited():
    verdict = decide(Demand((tokens(1, 0, input_tokens=1),), 300, 256), {})
    assert said(verdict) == Said(account(1), 0, settled=0, held=0, needed=257, busy=False)


def test_a_call_without_limits_gets_what_it_asks():
    assert output_of(decide(Demand((), 128_000, 256), {})) == 128_000


def test_an_account_that_overspent_takes_not_even_what_is_free():
    # Real usage is always booked, past the limit too (Q4); nothing is held on top of that.
    free = priced(1, 100, [0] * (OUTPUTS + 1))
    assert isinstance(decide(Demand((free,), 5, 1), {UUID(int=1): Balance(101, 0)}), Denied)
    assert output_of(decide(Demand((free,), 5, 1), {UUID(int=1): Balance(100, 0)})) == 5


def test_a_short_call_is_not_refused_for_being_short():
    # The least a call must get is never more than it asked for.
    assert output_of(decide(Demand((tokens(1, 20, input_tokens=5),), 10, 10), {})) == 10


def test_what_is_decided_does_not_change_what_it_was_decided_on():
    before = {UUID(int=1): Balance(1, 2)}
    call = Demand((tokens(1, 1000),), 300, 256)
    _, after = decide_in_order([call], before)
    assert before == {UUID(int=1): Balance(1, 2)}
    assert after == {UUID(int=1): replace(before[UUID(int=1)], held=302)}


def light(limit, *, input_tokens=100, whole=1_000, first=50):
    """A call that begins with little and may grow."""
    return Demand((tokens(1, limit, input_tokens=input_tokens),), whole, 256, light_output=first)


def test_where_there_is_plenty_a_light_hold_is_enough():
    verdict = decide(light(PLENTY * 1_100), {})
    assert (output_of(verdict), verdict.used) == (50, {UUID(int=1): 150})


@pytest.mark.parametrize("balance", [Balance(1, 0), Balance(0, 1)], ids=["used", "held"])
def test_where_there_is_not_the_whole_is_held(balance):
    call = light(PLENTY * 1_100)
    assert output_of(decide(call, {UUID(int=1): balance})) == 1_000
    assert not call.is_light(1_000)
    assert call.is_light(50)


@pytest.mark.parametrize("left", [399, 400, 401])
def test_an_answer_shortened_to_a_light_hold_is_taken_for_the_beginning_of_more(left):
    """100 tokens of input, and what is left for output: as much as a light hold takes, or one more or less."""
    call = light(100 + left, first=400)
    verdict = decide(call, {})
    assert verdict.output_tokens == (399 if left == 400 else left)
    assert not call.is_light(verdict.output_tokens)


def test_light_calls_stop_being_light_while_four_whole_ones_still_fit():
    verdicts, after = decide_in_order([light(10_000)] * 80, {})
    outputs = [verdict.output_tokens for verdict in verdicts if isinstance(verdict, Granted)]
    beginning = next(index for index, output in enumerate(outputs) if output != 50)
    assert 10_000 - beginning * 150 >= PLENTY * 1_100 - 150
    assert set(outputs[:beginning]) == {50}
    assert 50 not in outputs[beginning:]
    assert after[UUID(int=1)].held <= 10_000


def test_a_light_call_counts_as_one_request():
    one = Charge(
        account(2, "requests"), limit_of(2, 1, "requests"), STILL, lambda _: 1, lambda room: 2**53 if room else -1
    )
    call = replace(light(PLENTY * 1_100), charges=(*light(PLENTY * 1_100).charges, one))
    assert output_of(decide(call, {})) == 50
    assert isinstance(decide(call, {UUID(int=2): Balance(1, 0)}), Denied)
