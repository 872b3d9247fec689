"""A chat's answer as a message: streamed in whatever order the calls come, whole, and when it is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.message_events import blocks_of, events_of, message_of
from tests.support.messages_over_chat import AS_A_CODING_CLIENT, LONG_NAME, asking

from ai_api.wire.failures import StreamFailure
from ai_api.wire.messages_over_chat import MessagesOverChat
from ai_api.wire.messages_over_chat_blocks import CALLS_MAX, KEPT_BYTES_MAX
from ai_api.wire.messages_over_chat_ids import generated
from ai_api.wire.messages_over_chat_tools import chat_name
from ai_api.wire.over_chat import Shown
from ai_api.wire.usage import Usage

SHOWN = Shown("team-model", 1_700_000_000, "0199.1")
NO_USAGE = {
    "input_tokens": 0,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "output_tokens": 0,
}


def writer(document=None):
    return MessagesOverChat().writer(asking() if document is None else document, SHOWN)


def chunk(delta, **choice):
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "delta": delta, "finish_reason": None, **choice}]}


def call(index=None, arguments=None, *, name=None, call_id=None):
    """A piece of a tool call, with what of it is given."""
    function = {"name": name, "arguments": arguments}
    made = {"index": index, "id": call_id, "function": {key: it for key, it in function.items() if it is not None}}
    return {key: it for key, it in made.items() if it is not None}


def calling(*calls):
    return chunk({"tool_calls": list(calls)})


def frames_of(chunks, *, document=None, finish_reason="stop", usage=None):
    writing = writer(document)
    return b"".join(map(writing.chunk, chunks)) + writing.finish(finish_reason, usage)


def streamed(*chunks, **how):
    return message_of(frames_of(chunks, **how))


def content(*chunks, **how):
    return streamed(*chunks, **how)["content"]


def text(said):
    return {"type": "text", "text": said}


def thought(said):
    return {"type": "thinking", "thinking": said, "signature": ""}


def used(call_id, name, given):
    return {"type": "tool_use", "id": call_id, "name": name, "input": given}


def whole(message, *, document=None, usage=None, **choice):
    answer = {"choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}]}
    return json.loads(writer(document).whole(answer, usage))


def test_a_stream_event_by_event():
    frames = frames_of(
        [chunk({"role": "assistant", "content": ""}), chunk({"content": "Hel"}), chunk({"content": "lo"}), chunk({})],
        usage=Usage(input_total=100, cached_read=30, cache_write=20, output=7, reasoning=2),
    )
    start = {"id": "msg_0199.1", "type": "message", "role": "assistant", "model": "team-model", "content": []}
    assert events_of(frames) == [
        {"type": "message_start", "message": {**start, "stop_reason": None, "stop_sequence": None, "usage": NO_USAGE}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {
                "input_tokens": 50,
                "cache_creation_input_tokens": 20,
                "cache_read_input_tokens": 30,
                "output_tokens": 7,
                "output_tokens_details": {"thinking_tokens": 2},
            },
        },
        {"type": "message_stop"},
    ]


def test_a_chunk_is_held_back_that_could_be_shown():
    writing = writer()
    first = events_of(writing.chunk(chunk({"role": "assistant"})))
    assert [event["type"] for event in first] == ["message_start"]
    assert events_of(writing.chunk(chunk({"content": "a"})))[-1]["delta"]["text"] == "a"
    closed, opened = events_of(writing.chunk(calling(call(0, "", name="f", call_id="c"))))
    assert (closed["type"], opened["type"]) == ("content_block_stop", "content_block_start")
    (delta,) = events_of(writing.chunk(calling(call(0, '{"a"'))))
    assert delta["delta"] == {"type": "input_json_delta", "partial_json": '{"a"'}
    assert writing.chunk(calling(call(0, ""))) == b""
    assert writing.chunk({"choices": [], "usage": {}}) == b""


@pytest.mark.parametrize(
    ("calls", "blocks"),
    [
        # One after another, and the second is shown while it comes.
        (
            [
                [call(0, "", name="f", call_id="a")],
                [call(0, '{"x"')],
                [call(0, ":1}")],
                [call(1, '{"y":2}', name="g", call_id="b")],
            ],
            [used("a", "f", '{"x":1}'), used("b", "g", '{"y":2}')],
        ),
        # Whole, in one chunk.
        (
            [[call(0, '{"x":1}', name="f", call_id="a"), call(1, "{}", name="g", call_id="b")]],
            [used("a", "f", '{"x":1}'), used("b", "g", "{}")],
        ),
        # Mixed.
        (
            [
                [call(0, "", name="f", call_id="a"), call(1, "", name="g", call_id="b")],
                [call(1, '{"y"')],
                [call(0, '{"x"'), call(1, ":2}")],
                [call(0, ":1}")],
            ],
            [used("a", "f", '{"x":1}'), used("b", "g", '{"y":2}')],
        ),
        # Without arguments, and with white space for them.
        (
            [[call(0, "", name="f", call_id="a")], [call(1, name="g", call_id="b")], [call(2, " \n", name="h")]],
            [used("a", "f", "{}"), used("b", "g", "{}"), used(generated(SHOWN, 3), "h", "{}")],
        ),
        # The name after the arguments; the name in every chunk.
        (
            [[call(0, '{"x"', call_id="a")], [call(0, ":1", name="f")], [call(0, "}", name="f")]],
            [used("a", "f", '{"x":1}')],
        ),
        (
            [[call(0, '{"x"', name="f", call_id="a")], [call(0, ":1}", name="f", call_id="a")]],
            [used("a", "f", '{"x":1}')],
        ),
        # No index, and the same index for all.
        (
            [[call(None, '{"x":', name="f", call_id="a")], [call(None, "1}")], [call(None, "{}", name="f")]],
            [used("a", "f", '{"x":1}'), used(generated(SHOWN, 2), "f", "{}")],
        ),
        (
            [[call(None, '{"x":', name="f", call_id="a")], [call(None, "1}", call_id="a")]],
            [used("a", "f", '{"x":1}')],
        ),
        (
            [[call(0, "{}", name="f", call_id="a")], [call(0, "{}", name="f", call_id="b")]],
            [used("a", "f", "{}"), used("b", "f", "{}")],
        ),
        # An object, and no id.
        (
            [[{"index": 0, "function": {"name": "f", "arguments": {"x": 1}}}]],
            [used(generated(SHOWN, 1), "f", '{"x":1}')],
        ),
        # What is no object passes as it is.
        ([[call(0, "{x", name="f", call_id="a")]], [used("a", "f", "{x")]),
        # White space after the end, when the next has begun.
        (
            [
                [call(0, "{}", name="f", call_id="a")],
                [call(1, "{}", name="g", call_id="b")],
                [call(0, "\n"), call(0, "")],
            ],
            [used("a", "f", "{}"), used("b", "g", "{}")],
        ),
    ],
)
def test_calls_that_come_in_another_way_are_mixed_up(calls, blocks):
    made = streamed(*(calling(*each) for each in calls), finish_reason="tool_calls")
    assert made["content"] == blocks
    assert made["stop_reason"] == "tool_use"


def test_a_complete_call_holds_up_the_next():
    writing = writer()
    writing.chunk(calling(call(0, "{}", name="f", call_id="a")))
    frames = events_of(writing.chunk(calling(call(1, '{"y"', name="g", call_id="b"))))
    assert [event["type"] for event in frames] == ["content_block_stop", "content_block_start", "content_block_delta"]


def test_thinking_text_and_calls_lose_their_places():
    assert content(
        chunk({"reasoning_content": "h"}),
        chunk({"reasoning": "m", "content": None}),
        chunk({"content": "a"}),
        chunk({"content": "b", "tool_calls": [call(0, '{"x":1', name="f", call_id="a")]}),
        # A block cannot be left open for this: it waits for the call.
        chunk({"content": "c"}),
        chunk({"reasoning_content": "n"}),
        calling(call(0, "}")),
    ) == [thought("hm"), text("ab"), used("a", "f", '{"x":1}'), text("c"), thought("n")]


def test_parts_of_a_content_are_lost():
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "a"}]
    assert content(chunk({"content": parts}), chunk({"content": [{"type": "brand_new"}]})) == [thought("hm"), text("a")]
    assert whole({"content": parts})["content"] == [thought("hm"), text("a")]


@pytest.mark.parametrize("thinking", [{"type": "disabled"}, {"type": "adaptive", "display": "omitted"}])
def test_thinking_is_shown_to_whom_it_is_not_to_be_shown(thinking):
    document = asking(thinking=thinking)
    assert content(chunk({"reasoning_content": "hm"}), chunk({"content": "a"}), document=document) == [text("a")]
    assert whole({"reasoning_content": "hm", "content": "a"}, document=document)["content"] == [text("a")]


@pytest.mark.parametrize(
    ("finish_reason", "message", "stop_reason"),
    [
        ("stop", {"content": "a"}, "end_turn"),
        (None, {"content": "a"}, "end_turn"),
        ("brand_new", {"content": "a"}, "end_turn"),
        ("length", {"content": "a"}, "max_tokens"),
        ("content_filter", {"content": "a"}, "refusal"),
        ("stop", {"refusal": "No."}, "refusal"),
        ("tool_calls", {"tool_calls": [call(0, "{}", name="f")]}, "tool_use"),
        # Some servers say stop for calls, and the other way round.
        ("stop", {"tool_calls": [call(0, "{}", name="f")]}, "tool_use"),
        ("tool_calls", {"content": "a", "tool_calls": None}, "end_turn"),
        ("length", {"tool_calls": [call(0, "{}", name="f")]}, "max_tokens"),
    ],
)
def test_the_end_is_told_wrong(finish_reason, message, stop_reason):
    assert streamed(chunk(message), finish_reason=finish_reason)["stop_reason"] == stop_reason
    assert whole(message, finish_reason=finish_reason)["stop_reason"] == stop_reason


def test_a_refusal_is_forgotten_by_the_end():
    made = streamed(chunk({"refusal": "I will "}), chunk({"refusal": "not."}), chunk({}))
    assert (made["content"], made["stop_reason"]) == ([text("I will not.")], "refusal")


@pytest.mark.parametrize("name", ["stop_reason", "matched_stop"])
@pytest.mark.parametrize(("told", "ends"), [("END", True), ("other", False), (13, False), (None, False)])
def test_a_stop_sequence_that_is_told_is_lost(name, told, ends):
    document = asking(stop_sequences=["END", "STOP"])
    end = {"stop_reason": "stop_sequence", "stop_sequence": "END"}
    expected = end if ends else {"stop_reason": "end_turn", "stop_sequence": None}
    for made in (
        streamed(chunk({"content": "a"}), chunk({}, **{name: told}), document=document),
        whole({"content": "a"}, document=document, **{name: told}),
    ):
        assert {key: made[key] for key in expected} == expected


def test_an_answer_without_a_word_has_no_end():
    assert streamed()["content"] == whole({"content": ""})["content"] == []
    assert streamed()["usage"] == NO_USAGE


def test_a_whole_answer_says_what_the_streamed_one_says():
    """But for a tool's input, which is whole here."""
    message = {
        "role": "assistant",
        "reasoning_content": "hm",
        "content": "a",
        "tool_calls": [
            call(None, '{"x": [1, null]}', name=chat_name(LONG_NAME, "name"), call_id="a"),
            call(None, "", name="Read", call_id="b"),
        ],
    }
    how = {"document": AS_A_CODING_CLIENT, "usage": Usage(input_total=9, cached_read=4, output=3)}
    made, stream = whole(message, **how), streamed(chunk(message), **how)
    assert made == {
        "id": "msg_0199.1",
        "type": "message",
        "role": "assistant",
        "model": "team-model",
        "content": [thought("hm"), text("a"), used("a", LONG_NAME, {"x": [1, None]}), used("b", "Read", {})],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {**NO_USAGE, "input_tokens": 5, "cache_read_input_tokens": 4, "output_tokens": 3},
    }
    for block in stream["content"][2:]:
        block["input"] = json.loads(block["input"])
    assert stream == made


@pytest.mark.parametrize("arguments", ["{", "[1]", "null", '"x"', "{} {}"])
def test_a_tool_is_called_with_what_is_no_object(arguments):
    with pytest.raises(StreamFailure) as caught:
        whole({"tool_calls": [call(None, arguments, name="f", call_id="a")]})
    assert caught.value.code == "upstream_error"


BROKEN = [
    {"choices": 1},
    {"choices": ["x"]},
    chunk({"content": 1}),
    chunk({"content": [1]}),
    chunk({"tool_calls": 1}),
    chunk({"tool_calls": ["x"]}),
    chunk({"tool_calls": [{"index": "0"}]}),
    chunk({"tool_calls": [{"index": True}]}),
    chunk({"tool_calls": [{"id": 1}]}),
    chunk({"tool_calls": [{"function": "f"}]}),
    chunk({"tool_calls": [{"function": {"name": ["f"]}}]}),
    chunk({"tool_calls": [{"function": {"name": "f", "arguments": 1}}]}),
    calling(call(0, "", name="f"), call(0, "", name="g")),
    calling(call(0, "{}", name="f"), call(1, "{}", name="g"), call(0, "{}")),
    {"choices": [{"delta": "x"}]},
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_chunk_is_shown_as_complete(broken):
    writing = writer()
    writing.chunk(chunk({"content": "a"}))
    with pytest.raises(StreamFailure):
        writing.chunk(broken)


def test_what_came_before_a_fault_in_the_same_chunk_is_lost():
    writing = writer()
    with pytest.raises(StreamFailure) as caught:
        writing.chunk(chunk({"content": "a", "tool_calls": 1}))
    assert [event["type"] for event in events_of(caught.value.before)] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
    ]


def test_a_call_without_a_name_is_shown_as_complete():
    writing = writer()
    writing.chunk(calling(call(0, "{}", call_id="a")))
    writing.chunk(calling(call(1, "{}", name="g", call_id="b")))
    with pytest.raises(StreamFailure):
        writing.finish("tool_calls", None)


@pytest.mark.parametrize(
    "answer", [{}, {"choices": []}, {"choices": [{}]}, {"choices": [{"message": "x"}]}, {"error": 1}]
)
def test_a_body_that_is_no_answer_is_shown_as_one(answer):
    with pytest.raises(StreamFailure):
        writer().whole(answer, None)


def test_a_call_grows_without_end():
    writing = writer()
    writing.chunk(calling(call(0, "{", name="f", call_id="a")))
    piece = calling(call(0, "x" * (KEPT_BYTES_MAX // 4)))
    for _ in range(3):
        writing.chunk(piece)
    with pytest.raises(StreamFailure):
        writing.chunk(piece)


def test_what_waits_for_a_call_grows_without_end():
    writing = writer()
    writing.chunk(calling(call(0, "{", name="f", call_id="a")))
    piece = chunk({"content": "x" * (KEPT_BYTES_MAX // 4)})
    for _ in range(3):
        assert writing.chunk(piece) == b""
    with pytest.raises(StreamFailure):
        writing.chunk(piece)


def test_a_long_answer_of_closed_calls_is_refused_for_its_length():
    writing = writer()
    frames = b""
    for number in range(6):
        arguments = json.dumps({"x": "y" * (KEPT_BYTES_MAX // 4)})
        frames += writing.chunk(calling(call(number, arguments, name="f", call_id=f"c{number}")))
    assert len(message_of(frames + writing.finish("tool_calls", None))["content"]) == 6


def test_calls_come_without_end():
    writing = writer()
    for number in range(CALLS_MAX):
        writing.chunk(calling(call(number, "{}", name="f")))
    with pytest.raises(StreamFailure):
        writing.chunk(calling(call(CALLS_MAX, "{}", name="f")))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab{}"\\', max_size=3), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.text('ab{}"\\', max_size=3), json_values, max_size=3)


@st.composite
def mixed_answers(draw):
    """Calls with their arguments cut anywhere and dealt in any order that keeps each call's own; and texts in between."""
    given = draw(st.lists(objects, max_size=4))
    hands = []
    for number, each in enumerate(given):
        written = json.dumps(each, indent=draw(st.sampled_from([None, 1])))
        cuts = sorted(draw(st.sets(st.integers(0, len(written)), max_size=4)))
        pieces = [written[start:end] for start, end in zip([0, *cuts], [*cuts, len(written)], strict=True)]
        hands.append(
            [call(number, pieces[0], name=f"f{number}", call_id=f"c{number}")]
            + [call(number, each) for each in pieces[1:]]
        )
    said = draw(st.lists(st.text("xy", min_size=1, max_size=2), max_size=3))
    hands.append([{"content": each} for each in said])
    deltas = []
    while any(hands):
        hand = draw(st.sampled_from([hand for hand in hands if hand]))
        piece = hand.pop(0)
        deltas.append(piece if "content" in piece else {"tool_calls": [piece]})
    return given, "".join(said), deltas


@given(mixed_answers())
def test_a_mixed_answer_loses_a_piece(answer):
    given_to, said, deltas = answer
    blocks = content(*map(chunk, deltas))
    calls = [block for block in blocks if block["type"] == "tool_use"]
    assert sorted((block["id"], json.dumps(json.loads(block["input"]))) for block in calls) == [
        (f"c{number}", json.dumps(each)) for number, each in enumerate(given_to)
    ]
    assert {block["name"] for block in calls} == {f"f{number}" for number in range(len(given_to))}
    assert "".join(block["text"] for block in blocks if block["type"] == "text") == said


@given(mixed_answers())
def test_an_open_block_is_not_closed(answer):
    """Before the end, only whole blocks and one that is open have been shown."""
    _, _, deltas = answer
    writing = writer()
    shown = []
    for delta in deltas:
        shown += [event for event in events_of(writing.chunk(chunk(delta))) if event["type"] != "message_start"]
        opened = sum(event["type"] == "content_block_start" for event in shown)
        closed = sum(event["type"] == "content_block_stop" for event in shown)
        assert opened - closed in {0, 1}
        blocks_of([*shown, *[{"type": "content_block_stop", "index": opened - 1}] * (opened - closed)])


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "delta",
                    "message",
                    "content",
                    "tool_calls",
                    "function",
                    "name",
                    "arguments",
                    "id",
                    "index",
                    "type",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def answering(message):
    return {"choices": [{"message": message}]}


@given(st.dictionaries(st.sampled_from(["choices", "usage"]), odd) | odd.map(chunk) | odd.map(answering))
def test_an_answer_of_an_odd_shape_ends_in_a_fault_of_the_gateway(answer):
    try:
        frames = frames_of([answer])
    except StreamFailure as failure:
        frames = None
        events_of(failure.before)
    if frames is not None:
        message_of(frames)
    try:
        made = writer().whole(answer, None)
    except StreamFailure:
        made = b'{"type":"message"}'
    assert json.loads(made)["type"] == "message"
