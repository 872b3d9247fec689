"""What tells that calls continue one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from ai_api.protocols.conversation import of

NOBODY = Headers({})


def test_nothing_tells_that_calls_continue_one_another():
    assert of({"model": "m"}, NOBODY) is None
    assert of({"prompt_cache_key": ""}, Headers({"session-id": ""})) is None


@given(st.none() | st.booleans() | st.integers() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()))
def test_what_is_no_text_names_no_conversation(odd):
    assert of({"prompt_cache_key": odd}, NOBODY) is None


@pytest.mark.parametrize("name", ["session-id", "session_id", "x-session-id", "x-claude-code-session-id", "thread-id"])
def test_a_header_names_the_conversation_and_the_bodys_own_field_comes_first(name):
    by_header = of({}, Headers({name: "s-1"}))
    assert by_header is not None
    assert by_header == of({"prompt_cache_key": "s-1"}, NOBODY)
    assert by_header != of({}, Headers({name: "s-2"}))
    assert of({"prompt_cache_key": "mine"}, Headers({name: "s-1"})) == of({"prompt_cache_key": "mine"}, NOBODY)


def test_a_name_of_any_length_is_one_of_32_bytes():
    assert len(of({"prompt_cache_key": "x" * 1_000_000}, NOBODY)) == 32
    assert len(of({"prompt_cache_key": "\u00e9"}, NOBODY)) == 32
