"""A chat's answer in Gemini's dialect: whole and streamed, held to google-genai's own types."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.google_sdk import types

from ai_api.wire.failures import StreamFailure
from ai_api.wire.generate_over_chat import GenerateOverChat
from ai_api.wire.generate_over_chat_answer import CALLS_MAX, KEPT_BYTES_MAX
from ai_api.wire.generate_over_chat_tools import chat_name
from ai_api.wire.over_chat import Shown
from ai_api.wire.sse import data_of, split
from ai_api.wire.usage import Usage

SHOWN = Shown("team/fast", 1_700_000_000, "0199.1")
USAGE = Usage(100, cached_read=30, cache_write=20, output=27, reasoning=7)
THOUGHTS = {"generationConfig": {"thinkingConfig": {"includeThoughts": True}}}
STRANGE = "server.tool"
DECLARED = {"tools": [{"functionDeclarations": [{"name": STRANGE}, {"name": "f"}]}]}


def writer(document=None):
    return GenerateOverChat().writer(document or {}, SHOWN)


def chunk(finish=None, index=0, **delta):
    return {"id": "c", "choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


def call(index=0, call_id=None, name=None, arguments=None):
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return {"index": index, "function": function} | ({"id": call_id, "type": "function"} if call_id else {})


def read(body):
    """The JSON of an answer that google-genai reads without finding anything it does not know."""
    document = json.loads(body)
    parsed = types.GenerateContentResponse.model_validate(document)
    sent = parsed.model_dump(mode="json", by_alias=True, exclude_none=True)
    for part, again in zip(parts([document]), parts([sent]), strict=True):
        if "thoughtSignature" in part:
            # Sent back in the alphabet of URLs.
            again["thoughtSignature"] = part["thoughtSignature"]
    assert sent == document
    return document


def frames(data):
    return [read(data_of(frame)) for frame in split(data)]


def streamed(chunks, *, document=None, finish="stop", usage=USAGE):
    """The answers of a stream, the last of which is the end."""
    write = writer(document)
    data = b"".join(write.chunk(each) for each in chunks)
    return frames(data) + frames(write.finish(finish, usage))


def whole(message, *, document=None, finish="stop", usage=USAGE):
    answer = {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}
    return read(writer(document).whole(answer, usage))


def parts(answers, index=0):
    """What all answers say for a candidate."""
    return [
        part
        for answer in answers
        for candidate in answer["candidates"]
        if candidate["index"] == index
        for part in candidate["content"]["parts"]
    ]


def called(name, args, call_id=None):
    return {"functionCall": ({"id": call_id} if call_id else {}) | {"name": name, "args": args}}


def test_a_whole_answer() -> None:
    assert whole({"role": "assistant", "content": "Grüß dich 🦉"}) == {
        "candidates": [
            {"content": {"parts": [{"text": "Grüß dich 🦉"}], "role": "model"}, "finishReason": "STOP", "index": 0}
        ],
        "usageMetadata": {
            "promptTokenCount": 100,
            "cachedContentTokenCount": 30,
            "candidatesTokenCount": 20,
            "thoughtsTokenCount": 7,
            "totalTokenCount": 127,
        },
        "modelVersion": "team/fast",
        "responseId": "0199.1",
    }


def test_a_stream_says_what_a_whole_answer_says_and_ends_once() -> None:
    told = streamed([chunk(role="assistant", content=""), chunk(content="Grüß "), chunk(content="dich"), chunk("stop")])
    assert [part["text"] for part in parts(told)] == ["Grüß ", "dich", ""]
    assert ["finishReason" in answer["candidates"][0] for answer in told] == [False, False, True]
    assert ["usageMetadata" in answer for answer in told] == [False, False, True]
    assert {(answer["modelVersion"], answer["responseId"]) for answer in told} == {("team/fast", "0199.1")}
    assert told[-1]["usageMetadata"] == whole({"content": "Grüß dich"})["usageMetadata"]


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("stop", "STOP"),
        ("tool_calls", "STOP"),
        ("function_call", "STOP"),
        ("length", "MAX_TOKENS"),
        ("content_filter", "SAFETY"),
        ("something new", "OTHER"),
        (None, "OTHER"),
    ],
)
def test_why_an_answer_ended(reason, shown) -> None:
    assert whole({"content": "a"}, finish=reason)["candidates"][0]["finishReason"] == shown
    assert streamed([chunk(content="a"), chunk(reason)], finish=reason)[-1]["candidates"][0]["finishReason"] == shown


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        (Usage(5, output=2), {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7}),
        (
            Usage(5, output=2, reasoning=2),
            {"promptTokenCount": 5, "candidatesTokenCount": 0, "thoughtsTokenCount": 2, "totalTokenCount": 7},
        ),
        (Usage(5, output_known=False), None),
        (Usage(0, output=3, input_known=False), None),
        (None, None),
    ],
)
def test_a_count_that_nobody_gave_is_made_up(usage, counts) -> None:
    assert whole({"content": "a"}, usage=usage).get("usageMetadata") == counts
    assert streamed([chunk(content="a")], usage=usage)[-1].get("usageMetadata") == counts


def test_thoughts_are_shown_to_whom_asked_for_them_only() -> None:
    message = {"reasoning_content": "hm", "content": "a"}
    seen = [{"text": "hm", "thought": True}, {"text": "a"}]
    assert parts([whole(message, document=THOUGHTS)]) == seen
    assert parts([whole(message)]) == [{"text": "a"}]
    in_snake_case = {"generation_config": {"thinking_config": {"include_thoughts": True}}}
    assert parts(streamed([chunk(**message)], document=in_snake_case)) == [*seen, {"text": ""}]
    assert parts(streamed([chunk(reasoning="hm"), chunk(content="a")])) == [{"text": "a"}, {"text": ""}]


def test_an_empty_answer_has_an_empty_text() -> None:
    for message in ({}, {"content": None}, {"content": ""}):
        assert parts([whole(message)]) == [{"text": ""}]
    assert parts(streamed([chunk(role="assistant"), chunk("stop")])) == [{"text": ""}]
    assert parts(streamed([])) == [{"text": ""}]


def test_what_a_model_says_where_it_refuses_is_text() -> None:
    assert parts([whole({"content": None, "refusal": "No."})]) == [{"text": "No."}]
    assert parts(streamed([chunk(refusal="No.")])) == [{"text": "No."}, {"text": ""}]


def test_text_in_parts_as_some_servers_say_it() -> None:
    said = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert parts([whole({"content": said})]) == [{"text": "ab"}]


def test_calls_are_whole_objects_with_the_caller_s_names() -> None:
    given = [
        {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": [1, null]}'}},
        {"id": "c2", "type": "function", "function": {"name": chat_name(STRANGE), "arguments": ""}},
        {"function": {"name": "f", "arguments": {"as": "an object"}}, "index": 0},
    ]
    message = {"content": "Let me see.", "tool_calls": given}
    said = [
        {"text": "Let me see."},
        called("f", {"a": [1, None]}, "c1"),
        called(STRANGE, {}, "c2"),
        called("f", {"as": "an object"}),
    ]
    assert parts([whole(message, document=DECLARED, finish="tool_calls")]) == said


def test_interleaved_calls_are_mixed_up() -> None:
    told = streamed(
        [
            chunk(content="Let me see."),
            chunk(tool_calls=[call(0, "c1", "f", ""), call(1, "c2", "g", '{"b"')]),
            chunk(tool_calls=[call(1, arguments=": ")]),
            chunk(tool_calls=[call(0, arguments='{"a": "'), call(1, arguments="2}")]),
            chunk(tool_calls=[call(0, arguments='é"}')]),
            chunk(tool_calls=[call(2, "c3", "f")]),
            chunk("tool_calls"),
        ],
        finish="tool_calls",
    )
    calls = [called("f", {"a": "é"}, "c1"), called("g", {"b": 2}, "c2"), called("f", {}, "c3")]
    assert parts(told) == [{"text": "Let me see."}, *calls, {"text": ""}]
    assert "finishReason" not in told[-2]["candidates"][0]


def test_the_seal_of_a_call_is_lost_on_its_way_to_the_caller_and_back() -> None:
    """Google's models, called as a chat, want it back."""
    sealed = call(0, "c1", "f", "{}") | {"extra_content": {"google": {"thought_signature": "c2ln/+=="}}}
    said = {"tool_calls": [sealed, call(1, "c2", "f", "{}")]}
    for told in (whole(said), *streamed([chunk(**said), chunk("tool_calls")])[:1]):
        first, second = parts([told])
        assert "thoughtSignature" not in second
        kept = types.Part.model_validate(first).model_dump(mode="json", by_alias=True, exclude_none=True)
        results = [{"functionResponse": {"name": "f", "response": {}}}] * 2
        turns = [{"role": "model", "parts": [kept, second]}, {"role": "user", "parts": results}]
        calls = GenerateOverChat().to_chat({"contents": turns})["messages"][0]["tool_calls"]
        assert [each.get("extra_content") for each in calls] == [sealed["extra_content"], None]


@given(st.text(max_size=12) | st.binary(max_size=12).map(lambda data: base64.b64encode(data).decode()))
def test_a_signature_of_another_provider_s_goes_into_a_chat(signature) -> None:
    turn = {"role": "model", "parts": [called("f", {}) | {"thoughtSignature": signature}]}
    result = {"role": "user", "parts": [{"functionResponse": {"name": "f"}}]}
    (made,) = GenerateOverChat().to_chat({"contents": [turn, result]})["messages"][0]["tool_calls"]
    assert "extra_content" not in made


def test_servers_that_number_every_call_0_or_none() -> None:
    for index in ({"index": 0}, {"index": None}):
        told = streamed(
            [
                chunk(tool_calls=[call(0, "c1", "f", "{}") | index]),
                chunk(tool_calls=[call(0, "c2", "f", '{"a"') | index]),
                chunk("tool_calls", tool_calls=[call(0, arguments=":1}") | index]),
            ]
        )
        assert parts(told) == [called("f", {}, "c1"), called("f", {"a": 1}, "c2"), {"text": ""}]


def test_calls_that_no_reason_ended_come_with_the_end() -> None:
    told = streamed([chunk(tool_calls=[call(0, "c1", "f", "{}")])])
    assert parts(told) == [called("f", {}, "c1")]
    assert len(told) == 1


def test_several_candidates_are_told_apart_and_each_ends() -> None:
    told = streamed(
        [
            chunk(content="a"),
            chunk(index=1, content="b"),
            {"choices": [chunk("length", content="c")["choices"][0], chunk(index=1, content="d")["choices"][0]]},
            chunk("tool_calls", index=1, tool_calls=[call(0, "c1", "f", "{}")]),
        ]
    )
    assert parts(told, 0) == [{"text": "a"}, {"text": "c"}, {"text": ""}]
    assert parts(told, 1) == [{"text": "b"}, {"text": "d"}, called("f", {}, "c1"), {"text": ""}]
    assert [candidate["finishReason"] for candidate in told[-1]["candidates"]] == ["MAX_TOKENS", "STOP"]
    answers = {"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}, {"message": {"content": "b"}}]}
    assert [each["index"] for each in read(writer().whole(answers, None))["candidates"]] == [0, 1]


@pytest.mark.parametrize("arguments", ["{", "[1]", '"a"', "null", "{}{}", "NaN"])
def test_broken_arguments_are_shown_as_a_call(arguments) -> None:
    message = {"tool_calls": [call(0, "c1", "f", arguments)]}
    with pytest.raises(StreamFailure) as caught:
        writer().whole({"choices": [{"message": message, "finish_reason": "tool_calls"}]}, None)
    assert caught.value.code == "upstream_error"
    write = writer()
    assert write.chunk(chunk(**message)) == b""
    with pytest.raises(StreamFailure, match="no JSON object"):
        write.chunk(chunk("tool_calls"))


@pytest.mark.parametrize(
    "message",
    [
        {"content": 1},
        {"content": ["a"]},
        {"tool_calls": {}},
        {"tool_calls": ["f"]},
        {"tool_calls": [{"function": "f"}]},
        {"tool_calls": [call(0, "c1", None, "{}")]},
        {"tool_calls": [call(0, "c1", "f", 1)]},
        "a",
    ],
)
def test_what_is_no_answer_is_shown_as_one(message) -> None:
    with pytest.raises(StreamFailure):
        writer().whole({"choices": [{"message": message}]}, None)
    with pytest.raises(StreamFailure):
        writer().chunk({"choices": [{"delta": message, "finish_reason": "stop"}]})


@pytest.mark.parametrize("answer", [{}, {"choices": []}, {"choices": {}}, {"choices": ["a"]}])
def test_an_answer_without_choices_is_none(answer) -> None:
    with pytest.raises(StreamFailure):
        writer().whole(answer, None)


def test_calls_are_kept_without_end() -> None:
    write = writer()
    piece = chunk(tool_calls=[call(0, "c1", "f", "a" * 65_536)])
    for _ in range(KEPT_BYTES_MAX // 65_536):
        assert write.chunk(piece) == b""
    with pytest.raises(StreamFailure, match="without an end"):
        write.chunk(piece)
    many = chunk(tool_calls=[call(at, f"c{at}", "f", "") for at in range(CALLS_MAX + 1)])
    with pytest.raises(StreamFailure, match="without an end"):
        writer().chunk(many)
    for index in (-1, 8):
        with pytest.raises(StreamFailure):
            writer().chunk(chunk(index=index, content="a"))


def test_a_chunk_that_says_nothing_makes_no_frame() -> None:
    for silent in ({}, {"choices": []}, {"choices": None, "usage": {}}, chunk(), {"choices": [{"delta": None}]}):
        assert writer().chunk(silent) == b""


def cut(arguments):
    return st.lists(st.integers(0, len(arguments)), max_size=4).map(
        lambda at: [arguments[a:b] for a, b in zip([0, *sorted(at)], [*sorted(at), len(arguments)], strict=True)]
    )


@given(st.data())
def test_however_calls_are_cut_and_interleaved_they_arrive_whole(data) -> None:
    objects = st.dictionaries(st.text(max_size=3), st.text(max_size=5) | st.integers(0, 9), max_size=3)
    wanted = data.draw(st.lists(objects, min_size=1, max_size=3))
    pieces = [data.draw(cut(json.dumps(args))) for args in wanted]
    chunks = [chunk(tool_calls=[call(at, f"c{at}", "f", "") for at in range(len(wanted))])]
    queue = data.draw(st.permutations([at for at, own in enumerate(pieces) for _ in own]))
    chunks += [chunk(tool_calls=[call(at, arguments=pieces[at].pop(0))]) for at in queue]
    told = streamed([*chunks, chunk("tool_calls")])
    assert parts(told)[:-1] == [called("f", args, f"c{at}") for at, args in enumerate(wanted)]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "delta",
                    "message",
                    "content",
                    "reasoning_content",
                    "refusal",
                    "tool_calls",
                    "index",
                    "id",
                    "function",
                    "name",
                    "arguments",
                    "text",
                    "finish_reason",
                    "generationConfig",
                    "thinkingConfig",
                    "tools",
                    "functionDeclarations",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=24,
)
CHOICES = st.fixed_dictionaries({"choices": st.lists(ANYTHING, max_size=2) | ANYTHING})


@given(st.lists(CHOICES, max_size=3), st.dictionaries(st.text(max_size=3) | st.just("tools"), ANYTHING, max_size=3))
def test_an_answer_of_some_shape_breaks_the_writer(chunks, document) -> None:
    write = writer(document)
    try:
        told = [answer for each in chunks for answer in frames(write.chunk(each))]
        told += frames(write.finish("stop", None))
        assert told[-1]["candidates"][0]["finishReason"]
        assert read(writer(document).whole(chunks[0] if chunks else {}, None))["candidates"][0]["finishReason"]
    except StreamFailure as failure:
        if failure.code not in {"upstream_error", "upstream_interrupted"}:
            raise
