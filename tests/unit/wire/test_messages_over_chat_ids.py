"""Ids of tool calls: what a provider wants back with a call comes back, and nobody else's id is touched."""

import json
import re

from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.message_events import message_of
from tests.support.messages_over_chat import HI, asking

from ai_api.wire.call_seals import packed, unpacked
from ai_api.wire.messages_over_chat import MessagesOverChat
from ai_api.wire.messages_over_chat_ids import generated
from ai_api.wire.over_chat import Shown

SHOWN = Shown("m", 1_700_000_000, "0199.1")
SEAL = {"google": {"thought_signature": "CtUB/9+x=="}}
DIALECT = MessagesOverChat()
ANTHROPICS = re.compile(r"[a-zA-Z0-9_-]+")


def sealed_call(**members):
    return {"id": "call-1", "type": "function", "function": {"name": "f", "arguments": "{}"}, **members}


def shown_ids(*calls):
    """The ids in a streamed answer, and in a whole one."""
    writing = DIALECT.writer(asking(), SHOWN)
    frames = writing.chunk({"choices": [{"delta": {"tool_calls": [*calls]}}]}) + writing.finish("tool_calls", None)
    answer = {"choices": [{"message": {"tool_calls": [*calls]}, "finish_reason": "tool_calls"}]}
    whole = json.loads(DIALECT.writer(asking(), SHOWN).whole(answer, None))
    return [[block["id"] for block in made["content"]] for made in (message_of(frames), whole)]


def test_a_model_of_google_s_refuses_the_results_of_its_own_calls():
    streamed, whole = shown_ids(sealed_call(extra_content=SEAL))
    assert streamed == whole
    (shown,) = streamed
    assert ANTHROPICS.fullmatch(shown)
    use = {"type": "tool_use", "id": shown, "name": "f", "input": {}}
    result = {"type": "tool_result", "tool_use_id": shown, "content": "1"}
    turns = [*HI, {"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    _, asked, answered = DIALECT.to_chat(asking(messages=turns))["messages"]
    assert asked["tool_calls"] == [sealed_call(extra_content=SEAL)]
    assert answered["tool_call_id"] == "call-1"


def test_a_call_without_a_seal_is_given_another_id():
    assert shown_ids(sealed_call(), sealed_call(id="b", extra_content={"google": 1})) == [["call-1", "b"]] * 2


def test_calls_without_ids_have_the_same_one():
    streamed, whole = shown_ids(*({"function": {"name": "f"}} for _ in range(12)))
    assert streamed == whole == [generated(SHOWN, number) for number in range(1, 13)]
    later = Shown("m", SHOWN.created_s + 1, SHOWN.answer_id)
    assert len({*streamed, *(generated(later, number) for number in range(1, 13))}) == 24
    # OpenAI takes no longer ones.
    assert all(len(each) <= 40 and ANTHROPICS.fullmatch(each) for each in streamed)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@example("call__thought__")
@example("__thought__QQ")
@example("call__thought__Q")
@example("call__thought__QR")
@example("call__thought__AA")
@example("call__thought__é")
@example("call__thought__\ud7ff")
def test_an_id_of_somebody_else_s_is_changed(call_id):
    own, thought = unpacked(call_id)
    assert packed(own, thought) == call_id


@given(st.from_regex(r"\A[a-zA-Z0-9_-]{1,40}\Z"), st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_a_seal_is_broken(call_id, thought):
    assert unpacked(packed(call_id, thought)) == (call_id, thought)
