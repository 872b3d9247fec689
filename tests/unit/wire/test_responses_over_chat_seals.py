"""Responses over a chat of Google's: the seal that comes with a call goes back with it, and nobody else's id is touched."""

import json

import pytest

from ai_api.wire.over_chat import Shown
from ai_api.wire.responses_over_chat import ResponsesOverChat
from ai_api.wire.sse import data_of, split

SHOWN = Shown("acme/fast", 1_700_000_000, "0199.1")
SEAL = {"google": {"thought_signature": "CtUB/9+x=="}}
DIALECT = ResponsesOverChat()


def call(call_id="call-1", **members):
    return {"id": call_id, "type": "function", "function": {"name": "f", "arguments": "{}"}, **members}


def shown_items(*calls):
    """The calls in a whole answer, and in the end of a streamed one, which are the same."""
    writing = DIALECT.writer({"input": "hi"}, SHOWN)
    deltas = [{"index": number, **each} for number, each in enumerate(calls)]
    frames = writing.chunk({"choices": [{"delta": {"tool_calls": deltas}}]}) + writing.finish("tool_calls", None)
    events = [json.loads(data_of(frame)) for frame in split(frames)]
    streamed = events[-1]["response"]["output"]
    opened = [event["item"] for event in events if event["type"] == "response.output_item.added"]
    assert [item["call_id"] for item in opened] == [item["call_id"] for item in streamed]
    answer = {"choices": [{"message": {"tool_calls": [*calls]}, "finish_reason": "tool_calls"}]}
    whole = json.loads(DIALECT.writer({"input": "hi"}, SHOWN).whole(answer, None))["output"]
    assert [item["call_id"] for item in whole] == [item["call_id"] for item in streamed]
    return streamed


def asked_again(items):
    """The messages of a chat for a conversation with these calls, each answered."""
    outputs = [{"type": "function_call_output", "call_id": item["call_id"], "output": "done"} for item in items]
    return DIALECT.to_chat({"input": [{"role": "user", "content": "hi"}, *items, *outputs]})["messages"][1:]


def test_a_model_of_google_s_refuses_the_outputs_of_its_own_calls():
    said, first, second = asked_again(shown_items(call(extra_content=SEAL), call("call-2")))
    assert said["tool_calls"] == [call(extra_content=SEAL), call("call-2")]
    assert [each["tool_call_id"] for each in (first, second)] == ["call-1", "call-2"]


def test_a_sealed_call_without_an_id_cannot_be_answered():
    said, result = asked_again(shown_items(call("", extra_content=SEAL)))
    assert said["tool_calls"][0]["extra_content"] == SEAL
    assert said["tool_calls"][0]["id"] == result["tool_call_id"] != ""


@pytest.mark.parametrize("extra", [None, {}, {"google": None}, {"google": {"thought_signature": 3}}, [], "x"])
def test_what_is_no_seal_breaks_the_answer(extra):
    [shown] = shown_items(call(extra_content=extra))
    assert shown["call_id"] == "call-1"


@pytest.mark.parametrize(
    "call_id", ["call__thought__", "__thought__QQ", "call__thought__ä", "call__thought__Q===", "c"]
)
def test_an_id_that_only_looks_like_ours_is_changed(call_id):
    item = {"type": "function_call", "call_id": call_id, "name": "f", "arguments": "{}"}
    said, result = asked_again([item])
    assert said["tool_calls"] == [call(call_id)]
    assert result["tool_call_id"] == call_id
