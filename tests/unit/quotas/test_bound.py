"""The bound of a call: never below what it can use, and nothing where there is nothing to know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.quotas.bound import UNKNOWN_CONTEXT_TOKENS, UNKNOWN_OUTPUT_TOKENS, Bound, bound

sizes = st.integers(1, 10**7)


def bound_of(**given_values):
    values = {
        "input_bytes": 1000,
        "input_is_bounded": True,
        "output_tokens_asked": None,
        "choices": 1,
        "context_tokens": 128_000,
        "output_tokens_max": 16_000,
    }
    return bound(**values | given_values)


@given(
    st.fixed_dictionaries(
        {
            "input_bytes": sizes,
            "input_is_bounded": st.booleans(),
            "output_tokens_asked": st.none() | sizes,
            "choices": st.integers(1, 128),
            "context_tokens": st.none() | sizes,
            "output_tokens_max": st.none() | sizes,
        }
    )
)
def test_a_call_can_use_no_more_than_its_bound(values):
    found = bound(**values)
    context = values["context_tokens"] or UNKNOWN_CONTEXT_TOKENS
    # No tokenizer makes more tokens than bytes; no model reads more than its context, unless nobody knows how much that is.
    assert found.input_tokens == (min(context, values["input_bytes"]) if values["input_is_bounded"] else context)
    assert found.choices == values["choices"]
    per_choice, left_over = divmod(found.output_tokens, values["choices"])
    assert left_over == 0
    assert per_choice <= min(
        value for value in (values["output_tokens_asked"], values["output_tokens_max"], 10**9) if value
    )
    if values["output_tokens_asked"] is not None and values["output_tokens_max"] is not None:
        assert per_choice == min(values["output_tokens_asked"], values["output_tokens_max"])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Bound(1000, 16_000, 1)),
        ({"output_tokens_asked": 500}, Bound(1000, 500, 1)),
        ({"output_tokens_asked": 500, "choices": 4}, Bound(1000, 2000, 4)),
        ({"output_tokens_asked": 99_000}, Bound(1000, 16_000, 1)),
        ({"input_bytes": 10**6}, Bound(128_000, 16_000, 1)),
        ({"input_is_bounded": False}, Bound(128_000, 16_000, 1)),
        ({"context_tokens": None, "input_is_bounded": False}, Bound(UNKNOWN_CONTEXT_TOKENS, 16_000, 1)),
        ({"context_tokens": None, "output_tokens_max": None}, Bound(1000, UNKNOWN_OUTPUT_TOKENS, 1)),
        ({"context_tokens": 8_000, "output_tokens_max": None}, Bound(1000, 8_000, 1)),
        ({"output_tokens_max": None, "output_tokens_asked": 700}, Bound(1000, 700, 1)),
    ],
)
def test_known_bounds(values, expected):
    assert bound_of(**values) == expected
