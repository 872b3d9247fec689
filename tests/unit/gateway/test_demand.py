"""What a call demands before it starts: the whole of what it can come to, or the beginning of it where its hold can grow."""

from dataclasses import replace

import pytest
from tests.unit.gateway.examples import ALLOCATION, ENVELOPE, KEY, MODEL, NOW, PRICE, ROUTE, docket, limited, world

from ai_api.gateway import demand
from ai_api.gateway.preflight import Permission
from ai_api.quotas.bound import MESSAGE_TOKENS, OPENING_TOKENS
from ai_api.quotas.rules import OUTPUT_TOKENS_MIN
from ai_api.quotas.windows import month_window
from ai_api.wire.input_size import InputSize

TYPICAL = 700
STREAM = replace(ENVELOPE, stream=True, output_tokens_max=None, choices=1, input_size=InputSize(text_bytes=9))
WHOLE = 16_384


def demanded(envelope=STREAM, *, of_model=None, **amounts):
    """The demand of a call under these monthly limits."""
    model = replace(MODEL, output_tokens_max=WHOLE, **(of_model or {}))
    allocation = replace(ALLOCATION, limits=limited(**(amounts or {"total_tokens": 10**6})))
    permission = Permission(allocation, model, PRICE, ((ROUTE, KEY),))
    call = docket(envelope=envelope)
    demand.fill(call, permission, world(model), month_window("UTC", NOW), typical_output=TYPICAL)
    return call.demand


def test_a_stream_that_may_come_to_anything_begins_with_what_is_typical():
    found = demanded()
    assert (found.first_output, found.output_tokens) == (TYPICAL, WHOLE)
    assert demanded(replace(STREAM, choices=3)).first_output == 3 * TYPICAL


@pytest.mark.parametrize(
    ("envelope", "of_model"),
    [
        (STREAM, {"hidden_reasoning": True}),
        (replace(STREAM, stream=False), {}),
        (replace(STREAM, output_tokens_max=WHOLE), {}),
    ],
    ids=["thinks unseen", "comes whole", "says how long"],
)
def test_what_cannot_be_followed_while_it_comes_is_held_whole(envelope, of_model):
    """Reasoning that is not sent is billed all the same: nobody could see the hold being outgrown."""
    found = demanded(envelope, of_model=of_model)
    assert (found.light_output, found.first_output) == (None, WHOLE)


def test_a_hold_that_no_answer_makes_larger_is_not_light():
    assert demanded(requests=10).light_output is None


EMBEDDINGS = replace(
    ENVELOPE, operation="embeddings", output_tokens_max=0, input_size=InputSize(tokens=100, messages=1)
)
READ = 100 + OPENING_TOKENS + MESSAGE_TOKENS


@pytest.mark.parametrize(
    ("amounts", "wanted"),
    [
        ({"total_tokens": READ}, READ),
        ({"input_tokens": READ}, READ),
        ({"cost": READ * 2_500}, READ * 2_500),
        ({"output_tokens": 1}, 0),
    ],
)
def test_an_answer_without_tokens_is_held_for_its_input_alone(amounts, wanted):
    """And the last token there is may be used by it."""
    found = demanded(EMBEDDINGS, **amounts)
    assert (found.output_tokens, found.output_tokens_min, found.light_output) == (0, 0, None)
    assert [each.amount for each in found.wanted(0)] == [wanted]
    assert [charge.output_for(charge.limit.amount) >= 0 for charge in found.charges] == [True]
    assert [charge.output_for(wanted - 1) < 0 for charge in found.charges] == [True]


def test_a_text_that_could_be_counted_is_not_shortened_before_it_was():
    assert demanded().output_tokens_min == WHOLE
    picture = replace(STREAM, input_size=InputSize(opaque_bytes=9))
    assert demanded(picture).output_tokens_min == OUTPUT_TOKENS_MIN
