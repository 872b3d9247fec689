"""Which keys are taken, and what is remembered of them."""

from __future__ import annotations

import pytest

from ai_api.core.errors import Refusal
from ai_api.protocols import idempotency_key


@pytest.mark.parametrize("key", ["k", "x" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "a b~!"])
def test_a_good_key_is_refused(key):
    assert idempotency_key.check([key], is_offered=True) == key


@pytest.mark.parametrize("given", [[""], ["x" * 256], ["k\u00e9"], ["a\tb"], ["a\x7f"], ["k", "k"]], ids=range(6))
def test_a_key_that_cannot_be_kept_is_taken(given):
    with pytest.raises(Refusal) as refused:
        idempotency_key.check(given, is_offered=True)
    assert (refused.value.code, refused.value.param) == ("bad_request", "Idempotency-Key")
    # A key may be telling; it is not repeated.
    assert "x" * 256 not in refused.value.message


def test_where_no_keys_are_taken_nobody_says_so():
    with pytest.raises(Refusal, match="AI_API_IDEMPOTENCY"):
        idempotency_key.check(["k"], is_offered=False)


def test_two_requests_look_alike():
    asked = [
        idempotency_key.of("k", "/v1/chat/completions", b"{}"),
        idempotency_key.of("k", "/v1/chat/completions", b"{ }"),
        idempotency_key.of("k", "/v1/responses", b"{}"),
        idempotency_key.of("k", "/v1/chat/completion", b"s{}"),
        idempotency_key.of("l", "/v1/chat/completions", b"{}"),
    ]
    assert len({each.body_hash for each in asked}) == len(asked)
    assert [each.key_hash == asked[0].key_hash for each in asked] == [True, True, True, True, False]
    assert idempotency_key.of("k", "/v1/chat/completions", b"{}") == asked[0]
    assert all(len(each.key_hash) == len(each.body_hash) == 32 for each in asked)
