"""What a batch wants of an account: never less than its calls do, in the one order of locks."""

import random
from uuid import UUID

from ai_api.quotas.rules import Wanted
from ai_api.quotas.sums import Sum, summed
from ai_api.quotas.terms import AMOUNT_MAX
from ai_api.quotas.windows import STILL, WHOLE, Bucket


def wanted(account, amount, *, limit=100, bucket=STILL, reserve=None):
    return Wanted(UUID(int=account), amount, limit, bucket, amount if reserve is None else reserve)


def test_calls_that_fit_one_by_one_are_let_in_together():
    (account,) = summed([wanted(1, 60), wanted(1, 50, limit=90)])
    assert account == Sum(UUID(int=1), 110, 90, 0, 0, reserve=110)


def test_a_light_hold_behind_others_needs_less_than_its_reserve_beside_theirs():
    assert summed([wanted(1, 5), wanted(1, 1, reserve=40)])[0].reserve == 45
    assert summed([wanted(1, 1, reserve=40), wanted(1, 5)])[0].reserve == 40


def test_accounts_are_locked_in_another_order_than_every_writer_has():
    ids = [UUID(int=number) for number in range(2**126, 2**128, 2**121)]
    random.Random(4).shuffle(ids)
    assert [each.account_id for each in summed(Wanted(one, 1, 9, STILL, 1) for one in ids)] == sorted(ids)


def test_the_bucket_before_weighs_less_than_it_does_for_the_call_that_sees_most_of_it():
    (alike,) = summed([wanted(1, 1, bucket=Bucket(7, 300)), wanted(1, 1, bucket=Bucket(7, 900))])
    assert (alike.bucket, alike.previous_weight) == (7, 900)
    for numbers in ((7, 8), (8, 7)):
        (mixed,) = summed([wanted(1, 1, bucket=Bucket(number, 300)) for number in numbers])
        assert (mixed.bucket, mixed.previous_weight) == (8, WHOLE)


def test_more_is_wanted_than_there_are_numbers_for():
    (account,) = summed([wanted(1, AMOUNT_MAX), wanted(1, AMOUNT_MAX), wanted(1, 1)])
    assert (account.amount, account.reserve) == (AMOUNT_MAX, AMOUNT_MAX)
