"""Whole messages in passing: the caller's model name, the usage, the stop reason; and what is no message."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.anthropic_lane import message

from ai_api.wire.anthropic_messages import read_whole_message
from ai_api.wire.failures import StreamFailure
from ai_api.wire.usage import Usage

UPSTREAM, SHOWN = "claude-sonnet-4-5-20250929", "team/claude"
SPELLED = f'"model": "{UPSTREAM}"'.encode()


def test_only_the_message_s_own_model_name_is_changed():
    body = message({"type": "text", "text": f'"model": "{UPSTREAM}"'}, x_invented=[1.50, {"models": UPSTREAM}])
    shown, usage, reason = read_whole_message(body, SHOWN)
    assert shown == body.replace(SPELLED, b'"model":"team/claude"', 1)
    assert (usage, reason) == (Usage(10, output=20), "end_turn")


@pytest.mark.parametrize("is_first", [True, False])
def test_what_a_tool_is_called_with_is_renamed(is_first):
    tool = {"type": "tool_use", "id": "t", "name": "ask", "input": {"model": UPSTREAM}}
    found = json.loads(message(tool, stop_reason="tool_use"))
    model = found.pop("model")
    found = {"model": model, **found} if is_first else {**found, "model": model}
    shown, _, reason = read_whole_message(json.dumps(found).encode(), SHOWN)
    assert json.loads(shown) == {**found, "model": SHOWN}
    assert list(json.loads(shown)) == list(found)
    assert reason == "tool_use"


def test_the_cache_is_billed_twice_or_not_at_all():
    used = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 50,
        "cache_read_input_tokens": 30,
        "cache_creation": {"ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 10},
        "output_tokens": 20,
        "output_tokens_details": {"thinking_tokens": 7},
        "service_tier": "priority",
        "server_tool_use": {"web_search_requests": 2},
    }
    expected = Usage(
        90,
        cached_read=30,
        cache_write=50,
        cache_write_1h=10,
        output=20,
        reasoning=7,
        service_tier="priority",
        web_searches=2,
    )
    assert read_whole_message(message(usage=used), SHOWN)[1] == expected


@pytest.mark.parametrize("usage", [None, [], "many", {}, {"input_tokens": "ten"}])
def test_usage_that_is_none_is_believed(usage):
    body = message(usage=usage)
    assert read_whole_message(body, SHOWN)[1] is None


@pytest.mark.parametrize("model", [None, 5, "", SHOWN])
def test_a_model_name_that_is_none_is_left_as_it_is(model):
    body = message(model=model)
    assert read_whole_message(body, SHOWN)[0] == body


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"[]", b"null", b"5", b"\xff"])
def test_what_is_no_message_is_shown_as_one(body):
    with pytest.raises(StreamFailure) as failed:
        read_whole_message(body, SHOWN)
    assert failed.value.code == "upstream_interrupted"


def test_an_error_of_status_200_is_shown_as_an_answer():
    body = b'{"type":"error","error":{"type":"overloaded_error","message":"sk-ant-1 at db-7"}}'
    with pytest.raises(StreamFailure) as failed:
        read_whole_message(body, SHOWN)
    assert failed.value.code == "upstream_overloaded"
    assert "db-7" not in failed.value.message


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(UPSTREAM),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["model", "x"]), inner, max_size=2),
    max_leaves=6,
)
_names = st.sampled_from(["type", "model", "usage", "stop_reason", "content", "error", "x"])


@given(st.dictionaries(_names, _json, max_size=7), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_a_message_of_any_shape_is_changed_beside_its_name(document, separators):
    body = json.dumps(document, separators=separators).encode()
    shown, _, _ = read_whole_message(body, SHOWN)
    is_named = isinstance(document.get("model"), str) and document["model"]
    assert json.loads(shown) == ({**document, "model": SHOWN} if is_named else document)
