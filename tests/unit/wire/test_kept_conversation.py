"""What is kept of a conversation, and how it is said again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.wire.test_kept_answer import JSON

from ai_api.core.errors import Refusal
from ai_api.wire import json_body, openai_envelope
from ai_api.wire.json_body import decode, encode
from ai_api.wire.kept_conversation import Page, Turn, gone_on_from, items_of, list_items, read_turn

ITEMS = st.lists(
    JSON | st.dictionaries(st.sampled_from(["type", "id", "status", "role", "content"]), JSON, max_size=5), max_size=4
)
WORDS = {"type": "message", "role": "user", "content": "hi"}


def turn(given: list[Any], output: list[Any], response_id: str = "resp_1") -> Turn:
    return Turn(encode({"id": response_id, "output": output}), tuple(map(encode, given)))


@given(given=ITEMS, output=ITEMS, more=ITEMS)
def test_a_shape_nobody_thought_of_breaks_a_conversation(given, output, more):
    """Whatever was given and answered is kept as it is, listed with ids, and said again as a list."""
    kept = turn(given, output)
    assert read_turn(kept.written()) == kept
    assert kept.output == [encode(item) for item in output]
    said = decode(gone_on_from([kept], [encode(item) for item in more]))
    assert said[len(said) - len(more) :] == more
    page = decode(list_items([kept, turn(more, [])], Page("asc", limit=100)))
    assert len(page["data"]) == len(given) + len(output) + len(more)
    assert all(isinstance(item["id"], str) and item["id"] for item in page["data"])
    backwards = decode(list_items([kept, turn(more, [])], Page("desc", limit=100)))
    assert backwards["data"] == page["data"][::-1]


@given(value=JSON)
def test_an_input_that_is_none_breaks_something(value):
    if isinstance(value, bool | int | dict):
        with pytest.raises(Refusal) as refused:
            items_of(encode(value))
        assert refused.value.param == "input"
        return
    items = items_of(encode(value))
    assert len(items) == (len(value) if isinstance(value, list) else isinstance(value, str))
    assert items_of(memoryview(encode(value))) == items


def test_what_only_the_provider_knows_is_said_to_another():
    """Its ids, and its thoughts; what is no plain item keeps its id, which it cannot do without."""
    output = [
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"},
        {**WORDS, "role": "assistant", "id": "msg_1", "status": "completed"},
        {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "web_search_call", "id": "ws_1", "status": "completed"},
    ]
    said = decode(gone_on_from([turn([WORDS], output)], []))
    assert said == [
        WORDS,
        {**WORDS, "role": "assistant"},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "web_search_call", "id": "ws_1", "status": "completed"},
    ]


def test_items_of_two_turns_have_one_id():
    turns = [turn([WORDS], [{**WORDS, "role": "assistant"}], f"resp_{number}") for number in (1, 2)]
    listed = decode(list_items(turns, Page("asc")))["data"]
    assert [item["id"] for item in listed] == ["msg_resp_1_0", "msg_resp_1_1", "msg_resp_2_0"]
    assert listed[1]["content"] == [{"type": "output_text", "annotations": [], "text": "hi"}]


@pytest.mark.parametrize(("limit", "has_more"), [(1, True), (2, False), (3, False)])
def test_a_page_says_that_it_is_the_last(limit, has_more):
    page = decode(list_items([turn([WORDS, WORDS], [])], Page(limit=limit)))
    assert (len(page["data"]), page["has_more"]) == (min(limit, 2), has_more)
    assert (page["first_id"], page["last_id"]) == (page["data"][0]["id"], page["data"][-1]["id"])
    empty = decode(list_items([turn([], [])], Page()))
    assert (empty["data"], empty["first_id"], empty["has_more"]) == ([], None, False)


def test_the_conversation_is_not_measured():
    body = json_body.read(encode({"model": "m", "input": "and now?", "previous_response_id": "resp_1"}))
    envelope = openai_envelope.responses(body)
    body.put("input", gone_on_from([turn([{**WORDS, "content": "x" * 5_000}], [])], [encode(WORDS)]))
    body.drop("previous_response_id")
    gone_on = openai_envelope.gone_on(envelope, body.document)
    assert gone_on.input_size == openai_envelope.responses(json_body.read(json_body.write(body.fields))).input_size
    assert gone_on.input_size != envelope.input_size
    assert (gone_on.previous_response_id, gone_on.sealed_reasoning) == (None, False)
    body.put("input", encode([{"type": "reasoning", "encrypted_content": "x"}]))
    assert openai_envelope.gone_on(envelope, body.document).sealed_reasoning
