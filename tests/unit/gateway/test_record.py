"""From a call and its ending to the record that is billed: what was used is booked once, and nothing sent can spoil it."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.gateway.examples import ALLOCATION, ENVELOPE, HOLDER, KEY, MODEL, NOW, PRICE, ROUTE, docket

from ai_api import pricing
from ai_api.core.errors import Refusal
from ai_api.gateway import record
from ai_api.gateway.docket import Attempt, Counted, Ending
from ai_api.gateway.preflight import Finding, Permission
from ai_api.ledger.tables import call_records
from ai_api.pricing import Prices
from ai_api.quotas.bound import Bound
from ai_api.quotas.limit import AccountKey
from ai_api.wire.json_body import encode
from ai_api.wire.usage import Usage

LATER = NOW + timedelta(seconds=3)
MONTH = (NOW.replace(day=1, hour=0, minute=0), NOW.replace(month=12, day=1, hour=0, minute=0))
TOKENS = AccountKey(UUID(int=70), "allocation", ALLOCATION.id, "total_tokens", *MONTH)
COST = AccountKey(UUID(int=71), "allocation", ALLOCATION.id, "cost", *MONTH)
USAGE = Usage(1000, cached_read=200, cache_write=100, output=500, reasoning=50, service_tier="priority")
# 1,000 at 2.50 and 500 at 10 USD per million.
COST_NANOS = 7_500_000


def admitted(*, price=PRICE, **changes):
    """A call under way at its first route."""
    values = {
        "finding": Finding(ALLOCATION, MODEL),
        "permission": Permission(ALLOCATION, MODEL, price, ((ROUTE, KEY),)),
        "bound": Bound(4_000, 16_000, 1),
        "accounts": (Counted(TOKENS, 0), Counted(COST, 0)),
        "amounts": ((TOKENS.id, 20_000), (COST.id, 170_000_000)),
        "attempts": [Attempt(ROUTE, KEY, 200, "ok", sent=True, ms=812)],
        "upstream_status": 200,
        "upstream_request_id": "req_1",
        "first_byte_at": NOW + timedelta(seconds=1),
    }
    return docket(**values | changes)


def test_a_good_call_is_billed_and_booked_at_what_it_used():
    call = admitted()
    row = record.of(call, Ending("ok", USAGE, "provider", "stop"), LATER)
    told = {column.name: row[column.name] for column in call_records.c if column.name in row}
    assert told == {
        "call_id": call.call_id,
        "started_at": NOW,
        "first_byte_at": NOW + timedelta(seconds=1),
        "finished_at": LATER,
        "credential_id": HOLDER.credential_id,
        "allocation_id": ALLOCATION.id,
        "member_id": HOLDER.member_id,
        "dialect": "openai",
        "operation": "chat",
        "stream": False,
        "requested_model": "openai/gpt-4o",
        "model": "openai/gpt-4o",
        "model_id": MODEL.id,
        "upstream_model": "gpt-4o-2024-08-06",
        "provider": "openai",
        "provider_key_id": KEY.id,
        "route_id": ROUTE.id,
        "attempts": [
            {"route_id": ROUTE.id, "provider_key_id": KEY.id, "status": 200, "code": "ok", "sent": True, "ms": 812}
        ],
        "outcome": "ok",
        "details": {},
        "upstream_status": 200,
        "finish_reason": "stop",
        "input_tokens": 1000,
        "cached_read_tokens": 200,
        "cache_write_tokens": 100,
        "output_tokens": 500,
        "reasoning_tokens": 50,
        "usage_source": "provider",
        "service_tier": "priority",
        "price_version_id": PRICE.id,
        "list_cost_nanos": COST_NANOS,
        "multiplier_millionths": 1_000_000,
        "billed_cost_nanos": COST_NANOS,
        "held_nanos": 170_000_000,
        "overrun_nanos": 0,
        "funded_by": "quota",
        "bookings": [
            {"account_id": TOKENS.id, "tokens": 1500},
            {"account_id": COST.id, "cost_nanos": COST_NANOS},
        ],
        "swept": False,
        "refused_count": 0,
        "tags": [],
        "request_id": "r-1",
        "upstream_request_id": "req_1",
        "client": "codex/1.0",
    }
    # Beyond the columns: what the settlement needs to know.
    assert set(row) - set(told) == {"accounts", "holdless"}
    assert not row["holdless"]


def test_the_model_is_recorded_as_resolved_and_as_typed():
    call = admitted(envelope=replace(ENVELOPE, model="gpt-4o"))
    row = record.of(call, Ending("ok", USAGE, "provider"), LATER)
    assert (row["requested_model"], row["model"]) == ("gpt-4o", "openai/gpt-4o")


def test_the_last_try_is_the_one_that_is_named_and_all_of_them_are_listed():
    other = replace(ROUTE, id=UUID(int=51), upstream_model="second")
    call = admitted(attempts=[Attempt(ROUTE, KEY, 503, "upstream_error", sent=True), Attempt(other, KEY, 200)])
    row = record.of(call, Ending("ok", USAGE, "provider"), LATER)
    assert (row["route_id"], row["upstream_model"]) == (other.id, "second")
    assert [each["code"] for each in row["attempts"]] == ["upstream_error", "ok"]
    # A call is billed once, however often it was tried.
    assert row["billed_cost_nanos"] == COST_NANOS


def test_a_call_that_never_reached_a_provider_books_nothing():
    refusal = Refusal("no_route", "unavailable", "No.", details={"left": 0}, param="model", because="hidden_by_policy")
    # What it wished to hold was not given.
    call = admitted(amounts=((COST.id, 164_000),), attempts=[])
    row = record.of(call, Ending("no_route", refusal=refusal), LATER, holdless=True)
    assert row["bookings"] == []
    assert (row["billed_cost_nanos"], row["list_cost_nanos"], row["overrun_nanos"], row["held_nanos"]) == (0, 0, 0, 0)
    assert (row["usage_source"], row["provider"], row["route_id"], row["attempts"]) == ("none", None, None, [])
    assert row["details"] == {"left": 0, "because": "hidden_by_policy"}
    assert row["holdless"]


@pytest.mark.parametrize(("kind", "details"), [("invalid", {"param": "model"}), ("not_found", {})])
def test_only_a_bad_field_is_named_in_the_details(kind, details):
    row = record.of(docket(), Ending("x", refusal=Refusal("x", kind, "No.", param="model")), LATER)
    assert row["details"] == details


@pytest.mark.parametrize("outcome", ["upstream_unreachable", "upstream_rate_limited", "upstream_auth"])
def test_a_failed_call_without_usage_costs_nothing_even_where_requests_have_a_price(outcome):
    price = replace(PRICE, prices=replace(PRICE.prices, per_request_nanos=5_000_000))
    row = record.of(admitted(price=price), Ending(outcome), LATER)
    assert (row["billed_cost_nanos"], row["bookings"]) == (0, [])


def test_without_a_price_the_tokens_are_booked_and_the_cost_is_unknown_not_zero():
    row = record.of(admitted(price=None), Ending("ok", USAGE, "provider"), LATER)
    assert (row["list_cost_nanos"], row["billed_cost_nanos"], row["price_version_id"]) == (None, None, None)
    assert row["bookings"] == [{"account_id": TOKENS.id, "tokens": 1500}]


def test_a_price_that_does_not_cover_what_was_used_leaves_the_cost_unknown():
    price = replace(PRICE, prices=Prices(input_nanos=1))
    row = record.of(admitted(price=price), Ending("ok", USAGE, "provider"), LATER)
    assert row["billed_cost_nanos"] is None
    assert row["bookings"] == [{"account_id": TOKENS.id, "tokens": 1500}]


@pytest.mark.parametrize(("held", "overrun"), [(COST_NANOS, 0), (COST_NANOS - 1, 1), (1, COST_NANOS - 1), (0, 0)])
def test_what_a_call_costs_beyond_its_hold_is_counted(held, overrun):
    row = record.of(admitted(amounts=((COST.id, held),)), Ending("ok", USAGE, "provider"), LATER)
    assert (row["held_nanos"], row["overrun_nanos"]) == (held, overrun)


@given(st.integers(0, 2**53), st.integers(0, 2**53))
def test_a_pool_of_more_than_32_bits_is_booked_exactly(used_input, output):
    usage = Usage(used_input, output=output)
    row = record.of(admitted(), Ending("ok", usage, "provider"), LATER)
    cost = pricing.cost(usage, PRICE.prices)
    booked = {each["account_id"]: each for each in row["bookings"]}
    assert booked.get(TOKENS.id, {"tokens": 0})["tokens"] == used_input + output
    assert booked.get(COST.id, {"cost_nanos": 0})["cost_nanos"] == row["billed_cost_nanos"] == cost


def test_a_clock_that_went_back_does_not_end_a_call_before_it_began():
    assert record.of(docket(), Ending("ok"), NOW - timedelta(seconds=5))["finished_at"] == NOW


# ── nothing a client or a provider sends may make the insert fail ────────────────────────────────────────────────────────


@given(st.text(max_size=300) | st.text(st.characters(categories=["Cs", "Cc"]), max_size=300))
def test_any_text_of_a_client_or_a_provider_is_stored_as_postgres_takes_it(text):
    call = admitted(envelope=replace(ENVELOPE, model=text), client=text, upstream_request_id=text)
    row = record.of(call, Ending("ok", USAGE, "provider", finish_reason=text), LATER)
    for name in ("requested_model", "client", "finish_reason", "upstream_request_id"):
        assert "\x00" not in row[name]
        assert len(row[name].encode()) <= 4 * 256


# ── what is stored with a hold, and what becomes of it when the replica dies ─────────────────────────────────────────────


def stored(call):
    """What comes back from the database of what was stored with a call's hold."""
    return json.loads(encode(record.interrupted(call)))


@pytest.mark.parametrize(
    ("progress", "likely", "output"),
    [({"output_tokens": 700}, 90, 700), (None, 90, 90), (None, None, 0), ({"output_tokens": 0}, 90, 0)],
)
def test_a_call_whose_replica_died_is_billed_by_its_last_progress_or_what_is_likely(progress, likely, output):
    call = admitted()
    row = record.swept(stored(call), progress=progress, likely_output=likely, price=PRICE, finished_at=LATER)
    # 4,000 bytes in one message are taken for 1,004 tokens.
    cost = pricing.cost(Usage(1004, output=output), PRICE.prices)
    assert (row["outcome"], row["swept"], row["usage_source"], row["call_id"]) == (
        "interrupted",
        True,
        "estimated",
        call.call_id,
    )
    assert (row["input_tokens"], row["output_tokens"]) == (1004, output)
    assert (row["billed_cost_nanos"], row["list_cost_nanos"]) == (cost, cost)
    assert row["bookings"] == [
        {"account_id": str(TOKENS.id), "tokens": 1004 + output},
        {"account_id": str(COST.id), "cost_nanos": cost},
    ]
    assert row["finished_at"] == LATER


def test_a_swept_call_without_a_price_has_no_cost_but_its_tokens():
    row = record.swept(stored(admitted(price=None)), progress=None, likely_output=5, price=None, finished_at=LATER)
    assert row["billed_cost_nanos"] is None
    assert row["bookings"] == [{"account_id": str(TOKENS.id), "tokens": 1009}]


def test_a_call_that_was_admitted_too_late_is_given_back_whole():
    call = admitted()
    row = record.given_back(stored(call), LATER)
    assert (row["outcome"], row["call_id"]) == ("store_unavailable", call.call_id)
    assert (row["billed_cost_nanos"], row["input_tokens"], row["output_tokens"], row["bookings"]) == (0, 0, 0, [])


def test_every_record_fills_the_same_columns_that_cannot_be_null():
    needed = {column.name for column in call_records.c if not column.nullable and column.server_default is None}
    call = admitted()
    for row in (
        record.of(call, Ending("ok", USAGE, "provider"), LATER),
        record.of(docket(), Ending("bad_request"), LATER, holdless=True),
        record.swept(stored(call), progress=None, likely_output=None, price=PRICE, finished_at=LATER),
        record.given_back(stored(call), LATER),
    ):
        assert {name for name in needed if row.get(name) is None} == set()
        assert set(row) - {"accounts", "holdless"} <= {column.name for column in call_records.c}


def test_what_is_stored_with_a_hold_holds_no_content_and_no_secret():
    text = encode(record.interrupted(admitted())).decode()
    assert HOLDER.secret_hash.decode() not in text
    assert "messages" not in text


def test_a_refused_call_consumes_nothing_not_even_one_of_its_requests():
    requests = AccountKey(UUID(int=72), "allocation", ALLOCATION.id, "requests", *MONTH)
    call = admitted(accounts=(Counted(requests, 0),))
    refusal = Refusal("token_quota_exceeded", "exhausted", "No.")
    assert record.of(call, Ending("token_quota_exceeded", refusal=refusal), LATER, holdless=True)["bookings"] == []
    # One that was admitted and then failed at the provider has used one.
    (booking,) = record.of(call, Ending("upstream_error", refusal=refusal), LATER)["bookings"]
    assert booking == {"account_id": requests.id, "requests": 1}


def test_a_provider_keys_accounts_are_booked_with_the_callers():
    key_tokens = AccountKey(UUID(int=73), "provider_key", KEY.id, "total_tokens", *MONTH)
    call = admitted(key_accounts=(Counted(key_tokens, 7),))
    bookings = record.of(call, Ending("ok", USAGE, "provider"), LATER)["bookings"]
    assert bookings[-1] == {"account_id": key_tokens.id, "tokens": 1500, "bucket": 7}
    assert [each[0] for each in record.of(call, Ending("ok"), LATER)["accounts"]] == [TOKENS.id, COST.id, key_tokens.id]


def test_a_record_keeps_the_tags_its_member_had():
    tags = frozenset({UUID(int=2), UUID(int=1)})
    call = admitted(holder=replace(HOLDER, tags=tags))
    kept = [str(UUID(int=1)), str(UUID(int=2))]
    assert record.of(call, Ending("ok", USAGE, "provider"), LATER)["tags"] == kept
    swept = record.swept(stored(call), progress=None, likely_output=5, price=PRICE, finished_at=LATER)
    assert swept["tags"] == kept
    # Whoever is nobody has none.
    assert record.of(docket(holder=None), Ending("credential_unknown"), LATER, holdless=True)["tags"] == []


@pytest.mark.parametrize(
    ("told", "is_doubted"), [(799, True), (800, False), (1_000, False), (1_200, False), (1_380, False), (1_381, True)]
)
def test_a_provider_that_counts_otherwise_is_believed_without_a_word(told, is_doubted):
    """1,000 tokens of text, at most 1,150 with what a provider puts around it."""
    call = admitted(counted_text=1_000, counted_input=1_150)
    row = record.of(call, Ending("ok", Usage(told, output=1), "provider", "stop"), LATER)
    assert row["details"] == ({"counted_input_tokens": 1_000} if is_doubted else {})
    assert row["input_tokens"] == told


@pytest.mark.parametrize("source", ["estimated", "none"])
def test_what_nobody_counted_is_doubted(source):
    call = admitted(counted_text=1_000, counted_input=1_150)
    assert record.of(call, Ending("ok", Usage(5_000, output=1), source), LATER)["details"] == {}
    assert record.of(admitted(), Ending("ok", Usage(5_000, output=1), "provider"), LATER)["details"] == {}
